import { SecretValue } from 'aws-cdk-lib';
import { CfnApiDestination, CfnConnection, type CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { NotifierSettings } from '../lambdas/contracts/notifiers.ts';
import { momentRule, type Delivery } from './moment-rule.ts';
import { changeEvent, resolveEvent, triggerEvent, type Transformed } from './pagerduty-events.ts';

export interface PagerDutyTargetsProps {
  readonly notifier: Extract<NotifierSettings, { kind: 'pagerduty' }>;
  readonly delivery: Delivery;
}

const HOSTS = { us: 'events.pagerduty.com', eu: 'events.eu.pagerduty.com' } as const;

/** How urgent a request is. PagerDuty shows it, and a service may page by it. */
const SEVERITY = {
  'approval.asked': 'warning',
  'approval.reminded': 'error',
  'approval.escalated': 'critical',
} as const;

/**
 * PagerDuty, by EventBridge itself: no function of ours is between. The routing key is a secret of the connection, which EventBridge adds to
 * each body. Alerts and changes have a destination each, so many changes hold up no page.
 */
export class PagerDutyTargets extends Construct {
  readonly rules: readonly CfnRule[];

  constructor(scope: Construct, id: string, { notifier, delivery }: PagerDutyTargetsProps) {
    super(scope, id);
    const { region, secret, name } = notifier;
    const connection = this.connection(secret, name);
    const alerts = this.destination('Alerts', connection, `https://${HOSTS[region]}/v2/enqueue`);
    const changes = this.destination('Changes', connection, `https://${HOSTS[region]}/v2/change/enqueue`);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['events:InvokeApiDestination'],
        resources: [alerts.attrArnForPolicy, changes.attrArnForPolicy],
      }),
    );
    const target = (destination: CfnApiDestination, inputTransformer: Transformed) => ({
      ...delivery,
      id: 'pagerduty',
      arn: destination.attrArn,
      roleArn: role.roleArn,
      inputTransformer,
    });
    const told = notifier.moments;
    const rules: CfnRule[] = [];
    const add = (ruleId: string, description: string, moments: readonly string[], rest: Rest): void => {
      if (moments.length > 0) rules.push(momentRule(this, ruleId, { description, moments, ...rest }));
    };
    for (const kind of ['approval.asked', 'approval.reminded', 'approval.escalated'] as const)
      add(
        idOf(kind),
        `Pages by PagerDuty: ${kind}.`,
        told.filter((one) => one === kind),
        {
          target: target(alerts, triggerEvent(SEVERITY[kind])),
        },
      );
    const resolving = told.filter((one) => one === 'approval.decided' || one === 'incident.closed');
    // An incident without a request for approval has nothing to resolve.
    add('Resolve', 'Resolves pages by PagerDuty, of Checkrein only.', resolving, {
      detail: { approvalId: [{ exists: true }] },
      target: target(alerts, resolveEvent),
    });
    const changed = told.filter((one) => one === 'change.applied' || one === 'change.rolled-back');
    add('Change', 'Changes and rollbacks, as change events of PagerDuty.', changed, {
      target: target(changes, changeEvent),
    });
    this.rules = rules;
  }

  private connection(secret: string, name: string): CfnConnection {
    return new CfnConnection(this, 'Connection', {
      description: `Routing key of the notifier ${name}.`,
      authorizationType: 'API_KEY',
      authParameters: {
        // A connection must have an authorization, and PagerDuty reads none: the routing key in the body is all it asks for.
        apiKeyAuthParameters: { apiKeyName: 'x-checkrein', apiKeyValue: 'none' },
        invocationHttpParameters: {
          bodyParameters: [
            // Resolved by CloudFormation: the value is in no template.
            { key: 'routing_key', value: SecretValue.secretsManager(secret).unsafeUnwrap(), isValueSecret: true },
          ],
        },
      },
    });
  }

  private destination(id: string, connection: CfnConnection, invocationEndpoint: string): CfnApiDestination {
    return new CfnApiDestination(this, id, {
      connectionArn: connection.attrArn,
      httpMethod: 'POST',
      invocationEndpoint,
      // PagerDuty throttles an integration that sends many events a minute. What waits here is tried again.
      invocationRateLimitPerSecond: 5,
    });
  }
}

type Rest = Pick<Parameters<typeof momentRule>[2], 'target' | 'detail'>;

const idOf = (kind: string): string => kind.replace('approval.', '').replace(/^./, (first) => first.toUpperCase());

import { SecretValue } from 'aws-cdk-lib';
import { CfnApiDestination, CfnConnection, type CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { MomentKind } from '../lambdas/contracts/moment.ts';
import type { NotifierSettings } from '../lambdas/contracts/notifiers.ts';
import { momentRule, type Delivery } from './moment-rule.ts';
import { changeEvent, resolveEvent, triggerEvent, type Transformed } from './pagerduty-events.ts';

export interface PagerDutyTargetsProps {
  readonly notifier: Extract<NotifierSettings, { kind: 'pagerduty' }>;
  readonly delivery: Delivery;
}

const HOSTS = { us: 'events.pagerduty.com', eu: 'events.eu.pagerduty.com' } as const;

/** What PagerDuty is told of which moments, and by which destination. A request is the more urgent the longer it waits. */
const EVENTS: readonly PagerDutyEvent[] = [
  { id: 'Asked', of: ['approval.asked'], by: 'alerts', as: triggerEvent('warning') },
  { id: 'Reminded', of: ['approval.reminded'], by: 'alerts', as: triggerEvent('error') },
  { id: 'Escalated', of: ['approval.escalated'], by: 'alerts', as: triggerEvent('critical') },
  {
    id: 'Resolve',
    of: ['approval.decided', 'incident.closed'],
    // An incident without a request for approval has nothing to resolve.
    detail: { approvalId: [{ exists: true }] },
    by: 'alerts',
    as: resolveEvent,
  },
  { id: 'Change', of: ['change.applied', 'change.rolled-back'], by: 'changes', as: changeEvent },
];

interface PagerDutyEvent {
  readonly id: string;
  readonly of: readonly MomentKind[];
  /** What the moment must have besides. */
  readonly detail?: object;
  readonly by: 'alerts' | 'changes';
  readonly as: Transformed;
}

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
    const arns = { alerts: alerts.attrArn, changes: changes.attrArn };
    const told = new Set<string>(notifier.moments);
    this.rules = EVENTS.flatMap(({ id: ruleId, of, detail, by, as }) => {
      const moments = of.filter((kind) => told.has(kind));
      if (moments.length === 0) return [];
      const target = { ...delivery, id: 'pagerduty', arn: arns[by], roleArn: role.roleArn, inputTransformer: as };
      const description = `What the notifier ${name} tells PagerDuty of: ${moments.join(', ')}.`;
      return [momentRule(this, ruleId, { description, moments, target, ...(detail && { detail }) })];
    });
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

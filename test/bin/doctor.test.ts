import { beforeAll, describe, expect, test } from 'vitest';
import type { Deployment } from '../../bin/operator/deployment.ts';
import { messageIn } from '../../bin/operator/doctor-cause.ts';
import type { DoctorAws, DoctorFinding } from '../../bin/operator/doctor-finding.ts';
import { clusterFindings, modelVerdict } from '../../bin/operator/doctor-incident.ts';
import { diagnose } from '../../bin/operator/diagnosis.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { lastOf } from '../../lambdas/kernel/trace/queries.ts';
import { DoctorAccount } from '../fakes/doctor-account.ts';
import { shippedRules } from '../lib/shipped.ts';

const rules = shippedRules();
const { agents, settings } = rules;
const expected = { stack: 'Checkrein', agents, approvers: settings.approvers, clusters: settings.clusters };
const emails = settings.approvers.map(({ contacts }) => contacts.email);

const healthy = new DoctorAccount(rules);

beforeAll(() => diagnose(healthy.aws, expected));

/** Diagnoses the healthy account with something broken. */
const diagnoseWith = (broken: Partial<DoctorAws>): Promise<DoctorFinding[]> =>
  diagnose({ ...healthy.aws, ...broken }, expected);

/** Every check that did not pass, with its verdict. */
const failing = (findings: readonly DoctorFinding[]): [string, DoctorFinding['verdict']][] =>
  findings.filter(({ verdict }) => verdict !== 'ok').map(({ check, verdict }) => [check, verdict]);
const about = (findings: readonly DoctorFinding[], check: string): string => {
  const finding = findings.find((one) => one.check === check);
  return `${finding?.says ?? ''} → ${finding?.todo ?? ''}`;
};

test('a healthy deployment passes every check, the dry incident included', async () => {
  const findings = await diagnoseWith({});
  expect(failing(findings)).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual([
    'credentials',
    'bootstrap',
    'prices',
    'stack',
    'model key',
    'approvers',
    'kill switch',
    'alarm intake',
    'ledger',
    'Lambda quota',
    'dry incident',
    'models',
  ]);
  expect(about(findings, 'dry incident')).toContain('is sound');
});

test('the dry incident asks each model for one token, makes no call in the account and notifies nobody', () => {
  expect(healthy.requests.map(({ model, maxTokens, tools }) => [model, maxTokens, tools])).toEqual(
    [...new Set(agents.map(({ model }) => model))].map((model) => [model, 1, []]),
  );
  expect(lastOf(healthy.events, 'incident.closed')?.data).toMatchObject({ outcome: 'unrouted', turns: 0 });
  expect(lastOf(healthy.events, 'incident.closed')?.data.costMicroUsd).toBeLessThan(10_000);
  expect(healthy.calls).toBe(0);
  expect(healthy.messages).toEqual([]);
});

describe('the way of an alarm', () => {
  const older: Deployment = { ...healthy.deployment };
  delete older.DoctorAlarmName;
  const straight = new DoctorAccount(rules);

  test.each([
    [
      'the alarm may not be raised',
      { raiseAlarm: async () => ({ mayNot: 'cloudwatch:SetAlarmState' }) },
      /You may not/,
    ],
    [
      'an earlier version deployed the stack',
      { stack: async () => ({ status: 'UPDATE_COMPLETE', deployment: older }) },
      /An earlier version/,
    ],
  ])('%s: said so, and the dry incident goes straight into the flow', async (_name, broken, says) => {
    const { aws } = straight;
    const findings = await diagnoseWith({
      runFlow: (arn, event) => aws.runFlow(arn, event),
      trace: (table, incident) => aws.trace(table, incident),
      ...broken,
    });
    expect(failing(findings)).toEqual([['dry incident', 'warn']]);
    expect(about(findings, 'dry incident')).toMatch(says);
    expect(about(findings, 'dry incident')).toContain('is sound');
    expect(straight.requests).toEqual([]);
  });

  test('an alarm that starts nothing: reported, because real alarms would be lost too', async () => {
    const findings = await diagnoseWith({ raiseAlarm: async () => ({ incident: '', status: 'NOT STARTED' }) });
    expect(failing(findings)).toEqual([['dry incident', 'fail']]);
    expect(about(findings, 'dry incident')).toContain('no execution of the flow was started');
  });

  test('a model that refuses its key: found before the first incident, with what the service said', async () => {
    const tested = healthy.events.map((event) =>
      event.kind === 'model.tested'
        ? {
            ...event,
            data: {
              models: event.data.models.map((one) => ({
                ...one,
                answered: false,
                reason: 'The key was refused.',
                advice: 'Store another.',
              })),
            },
          }
        : event,
    );
    expect(modelVerdict(tested)).toMatchObject({ verdict: 'fail', todo: 'Store another.' });
    expect(modelVerdict(tested)?.says).toContain('The key was refused.');
  });

  test('--notify also tests the mail of the approvers', async () => {
    const account = new DoctorAccount(rules);
    const findings = await diagnose(account.aws, { ...expected, notify: true });
    expect(failing(findings)).toEqual([]);
    expect(about(findings, 'dry incident')).toContain('The approvers get its closing message');
    expect(account.messages.map(({ about: kind, subject }) => [kind, subject])).toEqual([
      ['closed', 'unrouted: a run of checkrein doctor'],
    ]);
  });
});

describe('a cluster of the settings', () => {
  const traceWith = (outcome: 'ok' | 'warn' | 'fail'): readonly TraceEvent[] =>
    healthy.events.flatMap((event): TraceEvent[] =>
      event.kind === 'model.tested'
        ? [
            event,
            {
              ...event,
              kind: 'clusters.tested' as const,
              data: { clusters: [{ cluster: 'prod', outcome, says: 'What was found.', advice: 'Do this.' }] },
            },
          ]
        : [event],
    );

  test.each([
    ['ok', undefined],
    ['warn', 'Do this.'],
    ['fail', 'Do this.'],
  ] as const)('that tested %s has a line of its own, with what to do', (verdict, todo) => {
    const line = { check: 'cluster prod', verdict, says: 'What was found.', ...(todo !== undefined && { todo }) };
    expect(clusterFindings(traceWith(verdict), ['prod'])).toEqual([line]);
  });

  test('that the deployed stack does not have, or that no step got to, is a failure', () => {
    expect(clusterFindings(traceWith('ok'), ['prod', 'new'])).toMatchObject([
      { check: 'cluster prod', verdict: 'ok' },
      { check: 'cluster new', verdict: 'fail', todo: 'npx cdk deploy' },
    ]);
    expect(clusterFindings([], ['prod'])).toEqual([]);
  });
});

describe('the Lambda quota', () => {
  test.each([
    [10, 10, undefined, 'warn', /incidents wait for each other.*request-service-quota-increase/],
    [100, 100, undefined, 'ok', /^Lambda runs 100 at once here; 100 are not reserved\. → $/],
    [1000, 104, undefined, 'ok', /104 are not reserved\. → $/],
    [1000, 105, undefined, 'ok', /Set pageConcurrency: 5/],
    [1000, 995, 5, 'ok', /995 are not reserved\. → $/],
  ])(
    '%i at once, %i unreserved, pageConcurrency %s: %s',
    async (atOnce, unreserved, pageConcurrency, verdict, says) => {
      const aws = { ...healthy.aws, lambdaQuota: async () => ({ atOnce, unreserved }) };
      const findings = await diagnose(aws, { ...expected, pageConcurrency });
      expect(findings.find(({ check }) => check === 'Lambda quota')).toMatchObject({ verdict });
      expect(about(findings, 'Lambda quota')).toMatch(says);
    },
  );

  test('that may not be read is a warning: nothing depends on it', async () => {
    const findings = await diagnoseWith({ lambdaQuota: () => healthy.refuse('lambda:GetAccountSettings') });
    expect(failing(findings)).toEqual([['Lambda quota', 'warn']]);
  });
});

describe('broken on purpose', () => {
  test('no bootstrap: reported with the command that fixes it', async () => {
    const findings = await diagnoseWith({ bootstrapVersion: async () => undefined });
    expect(failing(findings)).toEqual([['bootstrap', 'fail']]);
    expect(about(findings, 'bootstrap')).toContain('npx cdk bootstrap aws://123456789012/eu-west-1');
  });

  test('placeholder key: reported with the command that stores one', async () => {
    const findings = await diagnoseWith({ modelKey: async () => 'generated' });
    expect(failing(findings)).toEqual([['model key', 'fail']]);
    expect(about(findings, 'model key')).toContain('aws secretsmanager put-secret-value --secret-id');
  });

  test('no key with models on Bedrock: none is needed, and the secret is not read', async () => {
    const deployment: Deployment = { ...healthy.deployment };
    delete deployment.ModelKeySecret;
    const findings = await diagnoseWith({
      stack: async () => ({ status: 'UPDATE_COMPLETE', deployment }),
      modelKey: () => healthy.refuse('secretsmanager:DescribeSecret'),
    });
    expect(failing(findings)).toEqual([]);
    expect(about(findings, 'model key')).toContain('No key is needed: models run on Bedrock.');
  });

  test('a key whose secret is scheduled for deletion: reported with the command that restores it', async () => {
    const marked = await diagnoseWith({ modelKey: async () => 'deleted' });
    expect(failing(marked)).toEqual([['model key', 'fail']]);
    expect(about(marked, 'model key')).toContain('aws secretsmanager restore-secret --secret-id');
    expect(failing(await diagnoseWith({ modelKey: async () => 'missing' }))).toEqual([['model key', 'fail']]);
  });

  test('unconfirmed subscription: reported by address; if nobody has confirmed, nothing can be approved', async () => {
    const one = emails.map((email, n) => ({ email, confirmed: n > 0 }));
    const some = await diagnoseWith({ subscriptions: async () => one });
    expect(failing(some)).toEqual([['approvers', 'warn']]);
    expect(about(some, 'approvers')).toContain(emails[0]);
    expect(about(some, 'approvers')).not.toContain(emails[1]);
    const none = await diagnoseWith({
      subscriptions: async () => emails.map((email) => ({ email, confirmed: false })),
    });
    expect(failing(none)).toEqual([['approvers', 'fail']]);
  });

  test('a subscription to reports that is not confirmed: a warning, because requests still arrive', async () => {
    const findings = await diagnoseWith({
      subscriptions: async (topic) =>
        emails.map((email) => ({ email, confirmed: topic === healthy.deployment.ApproversTopic })),
    });
    expect(failing(findings)).toEqual([['approvers', 'warn']]);
    expect(about(findings, 'approvers')).toContain(`SNS sends no reports to ${emails.join(', ')}`);
    expect(about(findings, 'approvers')).toContain('npx checkrein subscribe confirm');
  });

  test('a deleted subscription: nobody is told to look for a mail', async () => {
    const findings = await diagnoseWith({
      subscriptions: async () => emails.slice(1).map((email) => ({ email, confirmed: true })),
    });
    expect(failing(findings)).toEqual([['approvers', 'warn']]);
    expect(about(findings, 'approvers')).toContain(`no subscription of ${String(emails[0])}`);
    expect(about(findings, 'approvers')).not.toContain('subscribe confirm');
  });

  test('switch off: no alarm is investigated, although the dry incident goes through', async () => {
    const findings = await diagnoseWith({ switchPosition: async () => 'off' });
    expect(failing(findings)).toEqual([['kill switch', 'fail']]);
    expect(about(findings, 'kill switch')).toContain('npx checkrein switch on');
    expect(failing(await diagnoseWith({ switchPosition: async () => 'propose-only' }))).toEqual([
      ['kill switch', 'warn'],
    ]);
    expect(failing(await diagnoseWith({ switchPosition: async () => 'ON' }))).toEqual([['kill switch', 'fail']]);
  });

  test('no switch parameter: the advice creates it, because there is nothing to set', async () => {
    const findings = await diagnoseWith({ switchPosition: async () => undefined });
    expect(failing(findings)).toEqual([['kill switch', 'fail']]);
    expect(about(findings, 'kill switch')).toContain('aws ssm put-parameter --name /Checkrein/kill-switch');
  });

  test('a disabled rule: reported with its agent and the command that enables it', async () => {
    const [first, ...others] = healthy.rules;
    const disabled = first === undefined ? [] : [{ ...first, enabled: false }];
    const findings = await diagnoseWith({ intake: async () => [...disabled, ...others] });
    expect(failing(findings)).toEqual([['alarm intake', 'fail']]);
    expect(about(findings, 'alarm intake')).toContain(`events of ${String(agents[0]?.name)} is disabled`);
    expect(about(findings, 'alarm intake')).toContain(`aws events enable-rule --name ${String(first?.name)}`);
  });

  test('an agent without a rule, or whose rule matches other events than config/ says: reported', async () => {
    const gone = await diagnoseWith({ intake: async () => healthy.rules.slice(1) });
    expect(failing(gone)).toEqual([['alarm intake', 'fail']]);
    expect(about(gone, 'alarm intake')).toContain(`for events of ${String(agents[0]?.name)}.`);
    const others = healthy.rules.map((rule) => ({ ...rule, pattern: { source: ['aws.ec2'] } }));
    expect(failing(await diagnoseWith({ intake: async () => others }))).toEqual([['alarm intake', 'fail']]);
  });

  test('no stack: reported, and checks of its parts are skipped', async () => {
    const findings = await diagnoseWith({ stack: async () => undefined });
    expect(failing(findings)).toEqual([['stack', 'fail']]);
    expect(findings.at(-1)?.check).toBe('stack');
    expect(about(findings, 'stack')).toContain('account 123456789012, Region eu-west-1');
    expect(about(findings, 'stack')).toContain('set AWS_REGION');
    expect(about(findings, 'stack')).toContain('npx cdk deploy Checkrein');
  });
});

describe('also reported', () => {
  test('a deployment that was rolled back, and one that failed', async () => {
    const { deployment } = healthy;
    const rolledBack = await diagnoseWith({ stack: async () => ({ status: 'UPDATE_ROLLBACK_COMPLETE', deployment }) });
    expect(failing(rolledBack)).toEqual([['stack', 'warn']]);
    const failed = await diagnoseWith({ stack: async () => ({ status: 'ROLLBACK_COMPLETE', deployment }) });
    expect(failing(failed)).toEqual([['stack', 'fail']]);
  });

  test('missing credentials: one finding, because nothing else can be checked', async () => {
    const findings = await diagnoseWith({ caller: () => healthy.refuse('sts:GetCallerIdentity') });
    expect(findings).toHaveLength(1);
    expect(failing(findings)).toEqual([['credentials', 'fail']]);
  });

  test('a check without permission fails, and the others go on', async () => {
    const findings = await diagnoseWith({ subscriptions: () => healthy.refuse('sns:ListSubscriptionsByTopic') });
    expect(failing(findings)).toEqual([['approvers', 'fail']]);
  });

  test('a model without a price', async () => {
    const [agent] = agents;
    const withoutPrice = { ...expected, agents: agent ? [{ ...agent, model: 'model-of-tomorrow' }] : [] };
    const findings = await diagnose(healthy.aws, withoutPrice);
    expect(failing(findings)).toEqual([['prices', 'fail']]);
    expect(about(findings, 'prices')).toContain('model-of-tomorrow');
  });

  test('a ledger without point-in-time recovery', async () => {
    const findings = await diagnoseWith({ table: async () => ({ status: 'ACTIVE', pointInTimeRecovery: false }) });
    expect(failing(findings)).toEqual([['ledger', 'warn']]);
  });

  test('a dry incident that failed, and one whose trace was changed', async () => {
    const failed = await diagnoseWith({
      raiseAlarm: async () => ({
        incident: 'doctor-1',
        status: 'FAILED',
        reason: 'not authorized to perform: kms:Sign',
      }),
    });
    expect(failing(failed)).toEqual([['dry incident', 'fail']]);
    expect(about(failed, 'dry incident')).toContain('ended as FAILED: not authorized to perform: kms:Sign');
    const changed = healthy.events.map((event, n) => (n === 0 ? { ...event, at: '2026-01-01T00:00:00.000Z' } : event));
    const findings = await diagnoseWith({ trace: async () => changed });
    expect(failing(findings)).toEqual([['dry incident', 'fail']]);
    expect(about(findings, 'dry incident')).toContain('broken at event 0');
  });

  test('the cause of a failed execution in one sentence, from a function or from Step Functions', () => {
    const ofLambda = { errorType: 'LedgerUnavailable', errorMessage: 'The ledger refused a call.', trace: ['at …'] };
    expect(messageIn(JSON.stringify(ofLambda))).toBe('The ledger refused a call.');
    expect(messageIn('The state machine was stopped.')).toBe('The state machine was stopped.');
    expect(messageIn('x'.repeat(1000)).length).toBeLessThan(500);
  });
});

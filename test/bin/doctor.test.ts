import { beforeAll, describe, expect, test } from 'vitest';
import type { Deployment } from '../../bin/operator/deployment.ts';
import { messageIn } from '../../bin/operator/doctor-cause.ts';
import type { DoctorAws, DoctorFinding } from '../../bin/operator/doctor-finding.ts';
import { diagnose } from '../../bin/operator/diagnosis.ts';
import { DoctorAccount } from '../fakes/doctor-account.ts';
import { shippedRules } from '../lib/shipped.ts';

const rules = shippedRules();
const { agents, settings } = rules;
const expected = { stack: 'Checkrein', agents, approvers: settings.approvers };
const emails = settings.approvers.map(({ email }) => email);

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
    'dry incident',
  ]);
  expect(about(findings, 'dry incident')).toContain('is sound');
});

test('the dry incident calls no model, makes no call in the account and notifies nobody', () => {
  expect(healthy.events.filter(({ kind }) => kind.startsWith('model.'))).toEqual([]);
  expect(healthy.calls).toBe(0);
  expect(healthy.messages).toEqual([]);
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
      runFlow: async () => ({ incident: 'doctor-1', status: 'FAILED', reason: 'not authorized to perform: kms:Sign' }),
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

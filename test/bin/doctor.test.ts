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
// Synthesizes and runs the flow: seconds, and more on a busy machine.
beforeAll(() => diagnose(healthy.aws, expected), 60_000);

/** Examines the healthy account with something broken. */
const examineWith = (broken: Partial<DoctorAws>): Promise<DoctorFinding[]> =>
  diagnose({ ...healthy.aws, ...broken }, expected);

/** What is not in order, by check. */
const wrong = (findings: readonly DoctorFinding[]): [string, DoctorFinding['verdict']][] =>
  findings.filter(({ verdict }) => verdict !== 'ok').map(({ check, verdict }) => [check, verdict]);
const about = (findings: readonly DoctorFinding[], check: string): string => {
  const finding = findings.find((one) => one.check === check);
  return `${finding?.says ?? ''} → ${finding?.todo ?? ''}`;
};

test('a set-up in order passes every check, the dry incident included', async () => {
  const findings = await examineWith({});
  expect(wrong(findings)).toEqual([]);
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

test('the dry incident asks no model, calls nothing in the account and writes to nobody', () => {
  expect(healthy.events.filter(({ kind }) => kind.startsWith('model.'))).toEqual([]);
  expect(healthy.calls).toBe(0);
  expect(healthy.messages).toEqual([]);
});

describe('broken on purpose', () => {
  test('no bootstrap: named, with the command that mends it', async () => {
    const findings = await examineWith({ bootstrapVersion: async () => undefined });
    expect(wrong(findings)).toEqual([['bootstrap', 'fail']]);
    expect(about(findings, 'bootstrap')).toContain('npx cdk bootstrap aws://123456789012/eu-west-1');
  });

  test('placeholder key: named, with the command that stores one', async () => {
    const findings = await examineWith({ modelKey: async () => 'generated' });
    expect(wrong(findings)).toEqual([['model key', 'fail']]);
    expect(about(findings, 'model key')).toContain('aws secretsmanager put-secret-value --secret-id');
  });

  test('no key where models are on Bedrock: none is asked for, and none is looked for', async () => {
    const deployment: Deployment = { ...healthy.deployment };
    delete deployment.ModelKeySecret;
    const findings = await examineWith({
      stack: async () => ({ status: 'UPDATE_COMPLETE', deployment }),
      modelKey: () => healthy.refuse('secretsmanager:DescribeSecret'),
    });
    expect(wrong(findings)).toEqual([]);
    expect(about(findings, 'model key')).toContain('No key: models are asked on Bedrock.');
  });

  test('a key whose secret is marked for deletion cannot be read: named, with the command that restores it', async () => {
    const marked = await examineWith({ modelKey: async () => 'deleted' });
    expect(wrong(marked)).toEqual([['model key', 'fail']]);
    expect(about(marked, 'model key')).toContain('aws secretsmanager restore-secret --secret-id');
    expect(wrong(await examineWith({ modelKey: async () => 'missing' }))).toEqual([['model key', 'fail']]);
  });

  test('unconfirmed subscription: named by address; if nobody has confirmed, nothing can be approved', async () => {
    const one = emails.map((email, n) => ({ email, confirmed: n > 0 }));
    const some = await examineWith({ subscriptions: async () => one });
    expect(wrong(some)).toEqual([['approvers', 'warn']]);
    expect(about(some, 'approvers')).toContain(emails[0]);
    expect(about(some, 'approvers')).not.toContain(emails[1]);
    const none = await examineWith({ subscriptions: async () => emails.map((email) => ({ email, confirmed: false })) });
    expect(wrong(none)).toEqual([['approvers', 'fail']]);
  });

  test('a subscription that is gone: nobody is sent to look for a mail', async () => {
    const findings = await examineWith({
      subscriptions: async () => emails.slice(1).map((email) => ({ email, confirmed: true })),
    });
    expect(wrong(findings)).toEqual([['approvers', 'warn']]);
    expect(about(findings, 'approvers')).toContain(`no subscription of ${String(emails[0])}`);
    expect(about(findings, 'approvers')).not.toContain('Open the mail');
  });

  test('switch off: nothing is looked at, although the dry incident goes through', async () => {
    const findings = await examineWith({ switchPosition: async () => 'off' });
    expect(wrong(findings)).toEqual([['kill switch', 'fail']]);
    expect(about(findings, 'kill switch')).toContain('npx checkrein switch on');
    expect(wrong(await examineWith({ switchPosition: async () => 'propose-only' }))).toEqual([['kill switch', 'warn']]);
    expect(wrong(await examineWith({ switchPosition: async () => 'ON' }))).toEqual([['kill switch', 'fail']]);
  });

  test('switch gone: the advice makes it anew, because there is nothing to flip', async () => {
    const findings = await examineWith({ switchPosition: async () => undefined });
    expect(wrong(findings)).toEqual([['kill switch', 'fail']]);
    expect(about(findings, 'kill switch')).toContain('aws ssm put-parameter --name /Checkrein/kill-switch');
  });

  test('a rule that is disabled: named, with its agent and the command that enables it', async () => {
    const [first, ...others] = healthy.rules;
    const disabled = first === undefined ? [] : [{ ...first, enabled: false }];
    const findings = await examineWith({ intake: async () => [...disabled, ...others] });
    expect(wrong(findings)).toEqual([['alarm intake', 'fail']]);
    expect(about(findings, 'alarm intake')).toContain(`what ${String(agents[0]?.name)} takes is disabled`);
    expect(about(findings, 'alarm intake')).toContain(`aws events enable-rule --name ${String(first?.name)}`);
  });

  test('an agent whose rule is gone, or matches other events than config/ says: named', async () => {
    const gone = await examineWith({ intake: async () => healthy.rules.slice(1) });
    expect(wrong(gone)).toEqual([['alarm intake', 'fail']]);
    expect(about(gone, 'alarm intake')).toContain(`for what ${String(agents[0]?.name)} takes`);
    const others = healthy.rules.map((rule) => ({ ...rule, pattern: { source: ['aws.ec2'] } }));
    expect(wrong(await examineWith({ intake: async () => others }))).toEqual([['alarm intake', 'fail']]);
  });

  test('stack missing: named, and nothing is asked of what cannot be there', async () => {
    const findings = await examineWith({ stack: async () => undefined });
    expect(wrong(findings)).toEqual([['stack', 'fail']]);
    expect(findings.at(-1)?.check).toBe('stack');
    expect(about(findings, 'stack')).toContain('account 123456789012, Region eu-west-1');
    expect(about(findings, 'stack')).toContain('set AWS_REGION');
    expect(about(findings, 'stack')).toContain('npx cdk deploy Checkrein');
  });
});

describe('also told', () => {
  test('a deployment that was rolled back, and one that is not over', async () => {
    const { deployment } = healthy;
    const rolledBack = await examineWith({ stack: async () => ({ status: 'UPDATE_ROLLBACK_COMPLETE', deployment }) });
    expect(wrong(rolledBack)).toEqual([['stack', 'warn']]);
    const failed = await examineWith({ stack: async () => ({ status: 'ROLLBACK_COMPLETE', deployment }) });
    expect(wrong(failed)).toEqual([['stack', 'fail']]);
  });

  test('credentials that are not there: one finding, because nothing else can be looked at', async () => {
    const findings = await examineWith({ caller: () => healthy.refuse('sts:GetCallerIdentity') });
    expect(findings).toHaveLength(1);
    expect(wrong(findings)).toEqual([['credentials', 'fail']]);
  });

  test('a check that may not be made fails, and the others go on', async () => {
    const findings = await examineWith({ subscriptions: () => healthy.refuse('sns:ListSubscriptionsByTopic') });
    expect(wrong(findings)).toEqual([['approvers', 'fail']]);
  });

  test('a model without a price', async () => {
    const [agent] = agents;
    const priceless = { ...expected, agents: agent ? [{ ...agent, model: 'model-of-tomorrow' }] : [] };
    const findings = await diagnose(healthy.aws, priceless);
    expect(wrong(findings)).toEqual([['prices', 'fail']]);
    expect(about(findings, 'prices')).toContain('model-of-tomorrow');
  });

  test('a ledger without point-in-time recovery', async () => {
    const findings = await examineWith({ table: async () => ({ status: 'ACTIVE', pointInTimeRecovery: false }) });
    expect(wrong(findings)).toEqual([['ledger', 'warn']]);
  });

  test('a dry incident that failed, and one whose trace was touched', async () => {
    const failed = await examineWith({
      runFlow: async () => ({ incident: 'doctor-1', status: 'FAILED', reason: 'not authorized to perform: kms:Sign' }),
    });
    expect(wrong(failed)).toEqual([['dry incident', 'fail']]);
    expect(about(failed, 'dry incident')).toContain('ended as FAILED: not authorized to perform: kms:Sign');
    const touched = healthy.events.map((event, n) => (n === 0 ? { ...event, at: '2026-01-01T00:00:00.000Z' } : event));
    const findings = await examineWith({ trace: async () => touched });
    expect(wrong(findings)).toEqual([['dry incident', 'fail']]);
    expect(about(findings, 'dry incident')).toContain('broken at event 0');
  });

  test('the cause of a failed execution in one sentence, whoever wrote it', () => {
    const ofLambda = { errorType: 'LedgerUnavailable', errorMessage: 'The ledger refused a call.', trace: ['at …'] };
    expect(messageIn(JSON.stringify(ofLambda))).toBe('The ledger refused a call.');
    expect(messageIn('The state machine was stopped.')).toBe('The state machine was stopped.');
    expect(messageIn('x'.repeat(1000)).length).toBeLessThan(500);
  });
});

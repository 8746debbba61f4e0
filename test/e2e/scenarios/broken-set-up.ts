import { DisableRuleCommand } from '@aws-sdk/client-eventbridge';
import { DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { DeleteSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { DeleteParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import assert from 'node:assert/strict';
import { doctorReport } from '../cli.ts';
import { timedStep } from '../progress.ts';
import { resourceCalled } from '../stack.ts';
import type { E2eEnvironment } from '../environment.ts';

/** A set-up that is broken on purpose. */
interface Breakage {
  readonly what: string;
  /** Breaks it. Returns how to repair it if the doctor's advice is not a command. */
  readonly breakIt: (environment: E2eEnvironment) => Promise<(() => Promise<unknown>) | undefined>;
  /** The check that must fail, and what its message must contain. */
  readonly check: string;
  /** What must fail with it. Default: nothing. */
  readonly also?: string;
  readonly expected: (environment: E2eEnvironment) => string;
  readonly fix: RegExp;
}

const BOOTSTRAP = '/cdk-bootstrap/hnb659fds/version';

const BREAKAGES: readonly Breakage[] = [
  {
    what: 'the kill switch is gone',
    breakIt: async ({ clients, outputs }) => {
      await clients.ssm.send(new DeleteParameterCommand({ Name: outputs.SwitchParameter }));
      return undefined;
    },
    check: 'kill switch',
    expected: ({ outputs }) => `There is no parameter ${outputs.SwitchParameter}`,
    fix: /^aws ssm put-parameter/,
  },
  {
    what: 'the secret of the model key is scheduled for deletion',
    breakIt: async ({ clients, outputs }) => {
      await clients.secrets.send(new DeleteSecretCommand({ SecretId: outputs.ModelKeySecret }));
      return undefined;
    },
    check: 'model key',
    also: 'models',
    expected: () => 'The secret of the model key is scheduled for deletion',
    fix: /^aws secretsmanager restore-secret/,
  },
  {
    what: 'the stored model key is not valid, although functions that are running know a valid one',
    breakIt: async ({ clients: { secrets }, outputs: { ModelKeySecret: SecretId } }) => {
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'key-revoked' }));
      return () => secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'key-of-e2e' }));
    },
    check: 'models',
    expected: () => "The model's API key was refused",
    fix: /Secrets Manager/,
  },
  {
    what: 'the rule of an agent is disabled',
    breakIt: async ({ clients }) => {
      const Name = await resourceCalled(clients, 'AlarmIntaketriage');
      await clients.eventBridge.send(new DisableRuleCommand({ Name }));
      return undefined;
    },
    check: 'alarm intake',
    expected: () => 'starts the flow for events of triage is disabled',
    fix: /^aws events enable-rule --name \S*triage/,
  },
  {
    what: 'the bootstrap of the account is gone',
    breakIt: async ({ clients: { ssm } }) => {
      await ssm.send(new DeleteParameterCommand({ Name: BOOTSTRAP }));
      return () => ssm.send(new PutParameterCommand({ Name: BOOTSTRAP, Type: 'String', Value: '33' }));
    },
    check: 'bootstrap',
    expected: () => 'Account 123456789012 has no CDK bootstrap stack in Region eu-west-1',
    fix: /^npx cdk bootstrap aws:\/\/123456789012\/eu-west-1$/,
  },
  {
    what: 'the key that seals traces is disabled',
    breakIt: async ({ clients }) => {
      const KeyId = await resourceCalled(clients, 'LedgerSealKey');
      await clients.kms.send(new DisableKeyCommand({ KeyId }));
      return () => clients.kms.send(new EnableKeyCommand({ KeyId }));
    },
    check: 'dry incident',
    expected: () => 'is disabled',
    fix: /operator-runbook/,
  },
];

/** The doctor reports each broken set-up, how to fix it, and nothing else. */
export const brokenSetUp = async (environment: E2eEnvironment): Promise<void> => {
  for (const breakage of BREAKAGES) await timedStep(breakage.what, () => assertReported(environment, breakage));
  await timedStep('the Region is the wrong one', async () => {
    const { code, failed } = await doctorReport(environment.emulators, { AWS_REGION: 'us-east-1' });
    assert.equal(code, 1);
    assert.deepEqual(
      failed.map(({ check }) => check),
      ['bootstrap', 'stack'],
    );
    assert.match(failed[1]?.says ?? '', /no stack Checkrein in account 123456789012, Region us-east-1/);
    assert.match(failed[1]?.todo ?? '', /AWS_REGION/);
  });
  await timedStep('everything repaired', async () => {
    const { code, ready, failed } = await doctorReport(environment.emulators);
    assert.deepEqual([code, ready, failed], [0, true, []]);
  });
};

const assertReported = async (
  environment: E2eEnvironment,
  { breakIt, check, also, expected, fix }: Breakage,
): Promise<void> => {
  const repair = await breakIt(environment);
  const { code, ready, failed } = await doctorReport(environment.emulators);
  assert.deepEqual([code, ready], [1, false]);
  const [finding, ...others] = failed;
  const more = others.map((other) => other.check);
  assert.deepEqual(more, also === undefined ? [] : [also], 'no other check fails');
  assert.equal(finding?.check, check);
  assert(finding.says.includes(expected(environment)), `"${finding.says}" does not say "${expected(environment)}"`);
  assert.match(finding.todo ?? '', fix);
  // Advice that is a command is run exactly as printed.
  await (repair === undefined ? environment.shell.run(finding.todo ?? '') : repair());
};

import { DisableRuleCommand, ListRuleNamesByTargetCommand } from '@aws-sdk/client-eventbridge';
import { DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { DeleteParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import assert from 'node:assert/strict';
import { examined } from '../checkrein.ts';
import { doing } from '../progress.ts';
import { resourceCalled } from '../stack.ts';
import type { Environment } from '../environment.ts';

/** A set-up that is broken on purpose. */
interface Breakage {
  readonly what: string;
  /** Breaks it; what has to be done to mend it, where the doctor's advice is no command. */
  readonly breaks: (environment: Environment) => Promise<(() => Promise<unknown>) | undefined>;
  /** The one check that fails, and what it has to name. */
  readonly check: string;
  readonly says: (environment: Environment) => string;
  readonly todo: RegExp;
}

const BOOTSTRAP = '/cdk-bootstrap/hnb659fds/version';

const BREAKAGES: readonly Breakage[] = [
  {
    what: 'the kill switch is gone',
    breaks: async ({ clients, outputs }) => {
      await clients.ssm.send(new DeleteParameterCommand({ Name: outputs.SwitchParameter }));
      return undefined;
    },
    check: 'kill switch',
    says: ({ outputs }) => `There is no parameter ${outputs.SwitchParameter}`,
    todo: /^aws ssm put-parameter/,
  },
  {
    what: 'the secret of the model key is marked for deletion',
    breaks: async ({ clients, outputs }) => {
      await clients.secrets.send(new DeleteSecretCommand({ SecretId: outputs.ModelKeySecret }));
      return undefined;
    },
    check: 'model key',
    says: () => 'The secret of the model key is marked for deletion',
    todo: /^aws secretsmanager restore-secret/,
  },
  {
    what: 'the rule of an agent is disabled',
    breaks: async ({ clients: { eventBridge }, outputs }) => {
      const { RuleNames = [] } = await eventBridge.send(
        new ListRuleNamesByTargetCommand({ TargetArn: outputs.StartArn }),
      );
      await eventBridge.send(new DisableRuleCommand({ Name: RuleNames.find((name) => /triage/.test(name)) }));
      return undefined;
    },
    check: 'alarm intake',
    says: () => 'what triage takes is disabled',
    todo: /^aws events enable-rule --name \S*triage/,
  },
  {
    what: 'the bootstrap of the account is gone',
    breaks: async ({ clients: { ssm } }) => {
      await ssm.send(new DeleteParameterCommand({ Name: BOOTSTRAP }));
      return () => ssm.send(new PutParameterCommand({ Name: BOOTSTRAP, Type: 'String', Value: '33' }));
    },
    check: 'bootstrap',
    says: () => 'Account 123456789012 has no CDK bootstrap stack in Region eu-west-1',
    todo: /^npx cdk bootstrap aws:\/\/123456789012\/eu-west-1$/,
  },
  {
    what: 'the key that seals traces is disabled',
    breaks: async ({ clients }) => {
      const KeyId = await resourceCalled(clients, 'LedgerSealKey');
      await clients.kms.send(new DisableKeyCommand({ KeyId }));
      return () => clients.kms.send(new EnableKeyCommand({ KeyId }));
    },
    check: 'dry incident',
    says: () => 'is disabled',
    todo: /operator-runbook/,
  },
];

/** What a doctor is good for: each broken set-up is told by name, with what mends it, and nothing else is. */
export const doctorScenario = async (environment: Environment): Promise<void> => {
  for (const breakage of BREAKAGES) await doing(breakage.what, () => assertTold(environment, breakage));
  await doing('the Region is the wrong one', async () => {
    const { code, failed } = await examined(environment.emulators, { AWS_REGION: 'us-east-1' });
    assert.equal(code, 1);
    assert.deepEqual(
      failed.map(({ check }) => check),
      ['bootstrap', 'stack'],
    );
    assert.match(failed[1]?.says ?? '', /no stack Checkrein in account 123456789012, Region us-east-1/);
    assert.match(failed[1]?.todo ?? '', /AWS_REGION/);
  });
  await doing('all of it mended', async () => {
    const { code, ready, failed } = await examined(environment.emulators);
    assert.deepEqual([code, ready, failed], [0, true, []]);
  });
};

const assertTold = async (environment: Environment, { breaks, check, says, todo }: Breakage): Promise<void> => {
  const mend = await breaks(environment);
  const { code, ready, failed } = await examined(environment.emulators);
  assert.deepEqual([code, ready], [1, false]);
  const [finding, ...others] = failed;
  assert.deepEqual(others, [], 'nothing else is called broken');
  assert.equal(finding?.check, check);
  assert(finding.says.includes(says(environment)), `"${finding.says}" does not say "${says(environment)}"`);
  assert.match(finding.todo ?? '', todo);
  // Advice that is a command is followed word by word.
  await (mend === undefined ? environment.shell.type(finding.todo ?? '') : mend());
};

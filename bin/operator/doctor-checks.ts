import type { Agent } from '../../lambdas/contracts/agent.ts';
import { canonical } from '../../lambdas/kernel/trace/canonical.ts';
import { modelPriceOf, unknownModelAdvice } from '../../lambdas/kernel/model/model-prices.ts';
import { retirementWarning } from '../../lambdas/contracts/model-retirement.ts';
import { fail, ok, warn, type DoctorAws, type DoctorVerdict } from './doctor-finding.ts';

/** Whether there are credentials, and for which account and Region. */
export const checkCredentials = async (aws: DoctorAws): Promise<DoctorVerdict> => {
  const { account, region } = await aws.caller();
  return ok(`Account ${account}, Region ${region}.`);
};

/** Whether the CDK can deploy here. */
export const checkBootstrap = async (aws: DoctorAws): Promise<DoctorVerdict> => {
  const version = await aws.bootstrapVersion();
  if (version !== undefined) return ok(`The CDK bootstrap stack has version ${String(version)}.`);
  const { account, region } = await aws.caller();
  return fail(
    `Account ${account} has no CDK bootstrap stack in Region ${region}.`,
    `npx cdk bootstrap aws://${account}/${region}`,
  );
};

/** Whether every model has a price, without which budgets cannot be enforced, and is going to stay. */
export const checkPrices = (agents: readonly Agent[]): DoctorVerdict => {
  const models = [...new Set(agents.map(({ model }) => model))];
  const [unknown] = models.filter((model) => modelPriceOf(model) === undefined);
  if (unknown !== undefined)
    return fail(`An agent uses the model ${unknown}, which has no price.`, unknownModelAdvice(unknown));
  const [retiring] = agents.flatMap(({ name, model }) => retirementWarning(name, model) ?? []);
  return retiring === undefined
    ? ok(`Every agent's model has a price: ${models.join(', ')}.`)
    : warn(retiring, 'Name a model that stays, and deploy again.');
};

/** Whether there is a stack of this version whose last deployment succeeded. */
export const checkStack = async (
  aws: DoctorAws,
  name: string,
  stack: Awaited<ReturnType<DoctorAws['stack']>>,
): Promise<DoctorVerdict> => {
  if (stack === undefined) {
    const { account, region } = await aws.caller();
    return fail(
      `There is no stack ${name} in account ${account}, Region ${region}.`,
      `If it is elsewhere, set AWS_REGION or AWS_PROFILE. Otherwise: npx cdk deploy ${name}`,
    );
  }
  const { status, deployment } = stack;
  if (deployment === undefined)
    return fail(`The stack ${name} is ${status} and lacks the outputs of this version.`, `npx cdk deploy ${name}`);
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return ok(`${name} is ${status}.`);
  if (status === 'UPDATE_ROLLBACK_COMPLETE')
    return warn(
      `The last deployment of ${name} was rolled back; the one before it is in use.`,
      'Look at the events of the stack and at the alarms checkrein-self-…, then deploy again.',
    );
  return fail(`${name} is ${status}.`, 'Wait until it is complete, or look at the events of the stack.');
};

/** Whether somebody has stored a key for the model's API. */
export const checkModelKey = async (aws: DoctorAws, secret: string | undefined): Promise<DoctorVerdict> => {
  if (secret === undefined) return ok('No key is needed: models run on Bedrock.');
  const state = await aws.modelKey(secret);
  switch (state) {
    case 'stored':
      return ok('A model key has been stored.');
    case 'generated':
      return fail(
        'The secret of the model key still holds the value that the deployment generated.',
        `aws secretsmanager put-secret-value --secret-id ${secret} --secret-string "$(cat model-key)"`,
      );
    case 'deleted':
      return fail(
        'The secret of the model key is scheduled for deletion and cannot be read.',
        `aws secretsmanager restore-secret --secret-id ${secret}`,
      );
    case 'missing':
      return fail(
        `The secret of the model key, ${secret}, was deleted.`,
        'Give the secret in lib/model-key.ts a new construct id, deploy, and store the key again.',
      );
  }
};

/** Whether the kill switch is on. */
export const checkKillSwitch = async (aws: DoctorAws, parameter: string): Promise<DoctorVerdict> => {
  const position = await aws.switchPosition(parameter);
  if (position === 'on') return ok('The kill switch is on.');
  const todo = "npx checkrein switch on --reason '…'";
  if (position === 'propose-only')
    return warn('The kill switch is at propose-only: agents investigate and propose, but nothing is applied.', todo);
  if (position === 'off') return fail('The kill switch is off: no alarm is investigated.', todo);
  if (position !== undefined) return fail(`The kill switch is ${JSON.stringify(position)}, which counts as off.`, todo);
  return fail(
    `There is no parameter ${parameter}, which counts as a kill switch that is off.`,
    `aws ssm put-parameter --name ${parameter} --type String --allowed-pattern '^(on|propose-only|off)$' --value on`,
  );
};

/** Whether the events that agents handle reach the flow. */
export const checkIntake = async (
  aws: DoctorAws,
  startArn: string,
  agents: readonly Agent[],
): Promise<DoctorVerdict> => {
  const rules = await aws.intake(startArn);
  const ruleOf = ({ takes }: Agent) => rules.find(({ pattern }) => canonical(pattern) === canonical(takes));
  const without = agents.filter((agent) => ruleOf(agent) === undefined).map(({ name }) => name);
  if (without.length > 0)
    return fail(
      `No rule of the event bus starts the flow for events of ${without.join(', ')}.`,
      'npx cdk deploy. If that finds no changes, somebody deleted the rule: deploy once without the agent, then once with it.',
    );
  const disabled = agents.flatMap((agent) => {
    const rule = ruleOf(agent);
    return rule === undefined || rule.enabled ? [] : [{ agent: agent.name, rule: rule.name }];
  });
  if (disabled.length > 0)
    return fail(
      `The rule that starts the flow for events of ${disabled.map(({ agent }) => agent).join(', ')} is disabled.`,
      disabled.map(({ rule }) => `aws events enable-rule --name ${rule}`).join(' && '),
    );
  return ok(`Events reach the flow for every agent: ${agents.map(({ name }) => name).join(', ')}.`);
};

/** Whether traces can be written and restored. */
export const checkLedger = async (aws: DoctorAws, table: string): Promise<DoctorVerdict> => {
  const { status, pointInTimeRecovery } = await aws.table(table);
  if (status !== 'ACTIVE')
    return fail(`The ledger ${table} is ${status}.`, 'Nothing runs without it. Look at the table.');
  return pointInTimeRecovery
    ? ok('The ledger is active, with point-in-time recovery.')
    : warn(
        'The ledger is active, but point-in-time recovery is off.',
        `aws dynamodb update-continuous-backups --table-name ${table} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
      );
};

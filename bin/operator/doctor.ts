import type { Agent } from '../../lambdas/contracts/agent.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import type { Settings } from '../../lambdas/contracts/settings.ts';
import { CheckreinError } from '../../lambdas/errors.ts';
import { canonical } from '../../lambdas/kernel/canonical.ts';
import { verifyTrace } from '../../lambdas/kernel/chain.ts';
import { priceOf, unknownModelAdvice } from '../../lambdas/kernel/model-prices.ts';
import type { Deployment } from './deployment.ts';

/** What the doctor asks of AWS. Whatever cannot be asked throws. */
export interface DoctorAws {
  caller(): Promise<{ readonly account: string; readonly region: string }>;
  /** Version of the CDK bootstrap stack; nothing where there is none. */
  bootstrapVersion(): Promise<number | undefined>;
  /** A stack by its name; nothing where there is none. */
  stack(name: string): Promise<{ readonly status: string; readonly deployment: Deployment | undefined } | undefined>;
  /** Whether somebody has stored a value in place of the generated one. The value itself is not read. */
  secretReplaced(secretArn: string): Promise<boolean>;
  subscriptions(topicArn: string): Promise<readonly { readonly email: string; readonly confirmed: boolean }[]>;
  /** What the parameter of the kill switch says. */
  switchPosition(parameter: string): Promise<string>;
  table(name: string): Promise<{ readonly status: string; readonly pointInTimeRecovery: boolean }>;
  /** Starts the flow with an event and waits until it ends. */
  runFlow(startArn: string, event: object): Promise<{ readonly incident: string; readonly status: string }>;
  trace(table: string, incident: string): Promise<readonly TraceEvent[]>;
}

/** What one check found, in a sentence; if something is wrong, what to do. */
export interface Finding {
  readonly check: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly says: string;
  readonly todo?: string;
}

/** What the checkout says that was deployed. */
export interface Expected {
  readonly stack: string;
  readonly agents: readonly Agent[];
  readonly approvers: Settings['approvers'];
}

type Verdict = Omit<Finding, 'check'>;

const ok = (says: string): Verdict => ({ verdict: 'ok', says });
const warn = (says: string, todo: string): Verdict => ({ verdict: 'warn', says, todo });
const fail = (says: string, todo: string): Verdict => ({ verdict: 'fail', says, todo });

/** A check that cannot be made is a failed one. */
const found = async (check: string, look: () => Verdict | Promise<Verdict>): Promise<Finding> => {
  try {
    return { check, ...(await look()) };
  } catch (error) {
    if (!(error instanceof CheckreinError)) throw error;
    return { check, ...fail(error.message, error.advice) };
  }
};

/** Examines a deployment from the outside in. What needs something that is missing is not looked at. */
export const examine = async (aws: DoctorAws, expected: Expected): Promise<Finding[]> => {
  const caller = await found('credentials', () => credentials(aws));
  if (caller.verdict === 'fail') return [caller];
  const findings = [
    caller,
    await found('bootstrap', () => bootstrap(aws)),
    await found('prices', () => prices(expected.agents)),
  ];
  let deployment: Deployment | undefined;
  findings.push(
    await found('stack', async () => {
      const stack = await aws.stack(expected.stack);
      deployment = stack?.deployment;
      return stackVerdict(expected.stack, stack);
    }),
  );
  if (deployment === undefined) return findings;
  const { ModelKeySecret, ApproversTopic, SwitchParameter, LedgerTable } = deployment;
  const there = deployment;
  return [
    ...findings,
    await found('model key', () => modelKey(aws, ModelKeySecret)),
    await found('approvers', () => approvers(aws, ApproversTopic, expected.approvers)),
    await found('kill switch', () => killSwitch(aws, SwitchParameter)),
    await found('ledger', () => ledger(aws, LedgerTable)),
    await found('dry incident', () => dryIncident(aws, there)),
  ];
};

const credentials = async (aws: DoctorAws): Promise<Verdict> => {
  const { account, region } = await aws.caller();
  return ok(`Account ${account}, Region ${region}.`);
};

const bootstrap = async (aws: DoctorAws): Promise<Verdict> => {
  const version = await aws.bootstrapVersion();
  if (version !== undefined) return ok(`The CDK bootstrap stack has version ${String(version)}.`);
  const { account, region } = await aws.caller();
  return fail('This account and Region have no CDK bootstrap stack.', `npx cdk bootstrap aws://${account}/${region}`);
};

const prices = (agents: readonly Agent[]): Verdict => {
  const models = [...new Set(agents.map(({ model }) => model))];
  const [unknown] = models.filter((model) => priceOf(model) === undefined);
  return unknown === undefined
    ? ok(`Every agent's model has a price: ${models.join(', ')}.`)
    : fail(`An agent names the model ${unknown}, which has no price.`, unknownModelAdvice(unknown));
};

const stackVerdict = (name: string, stack: Awaited<ReturnType<DoctorAws['stack']>>): Verdict => {
  if (stack === undefined)
    return fail(`There is no stack ${name} in this account and Region.`, `npx cdk deploy ${name}`);
  const { status, deployment } = stack;
  if (deployment === undefined)
    return fail(`The stack ${name} is ${status} and lacks outputs of this version.`, `npx cdk deploy ${name}`);
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return ok(`${name} is ${status}.`);
  if (status === 'UPDATE_ROLLBACK_COMPLETE')
    return warn(
      `The last deployment of ${name} was rolled back; the one before it is in use.`,
      'Look at the events of the stack and at the alarms checkrein-self-…, then deploy again.',
    );
  return fail(`${name} is ${status}.`, 'Wait until it is complete, or look at the events of the stack.');
};

const modelKey = async (aws: DoctorAws, secret: string | undefined): Promise<Verdict> => {
  if (secret === undefined)
    return ok(
      'No key: models are asked on Bedrock. Whether the account has access to them shows at the first incident.',
    );
  return (await aws.secretReplaced(secret))
    ? ok('A model key has been stored. Whether it is valid shows at the first incident.')
    : fail(
        'The secret of the model key still holds the value that the deployment generated.',
        `aws secretsmanager put-secret-value --secret-id ${secret} --secret-string "$(cat model-key)"`,
      );
};

const approvers = async (aws: DoctorAws, topic: string, wanted: Settings['approvers']): Promise<Verdict> => {
  const confirmed = new Set((await aws.subscriptions(topic)).filter((one) => one.confirmed).map(({ email }) => email));
  const missing = wanted.filter(({ email }) => !confirmed.has(email));
  if (missing.length === 0) return ok(`All ${String(wanted.length)} approvers have confirmed their subscription.`);
  const names = missing.map(({ email }) => email).join(', ');
  const todo = 'Open the mail "AWS Notification - Subscription Confirmation" and follow its link.';
  const says = `Nothing is sent to ${names}: the subscription is not confirmed.`;
  return missing.length === wanted.length ? fail(`${says} Every approval would expire.`, todo) : warn(says, todo);
};

const killSwitch = async (aws: DoctorAws, parameter: string): Promise<Verdict> => {
  const position = await aws.switchPosition(parameter);
  if (position === 'on') return ok('The kill switch is on.');
  const todo = "npx checkrein switch on --reason '…'";
  if (position === 'propose-only')
    return warn('The kill switch is at propose-only: agents investigate and propose, nothing is applied.', todo);
  if (position === 'off') return fail('The kill switch is off: no alarm is looked at.', todo);
  return fail(`The kill switch says ${JSON.stringify(position)}, which counts as off.`, todo);
};

const ledger = async (aws: DoctorAws, table: string): Promise<Verdict> => {
  const { status, pointInTimeRecovery } = await aws.table(table);
  if (status !== 'ACTIVE')
    return fail(`The ledger ${table} is ${status}.`, 'Nothing runs without it; look at the table.');
  return pointInTimeRecovery
    ? ok('The ledger is active, with point-in-time recovery.')
    : warn(
        'The ledger is active, but point-in-time recovery is off.',
        `aws dynamodb update-continuous-backups --table-name ${table} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
      );
};

/** What the dry incident is made of: an event that no agent takes, so that nothing is asked and nothing changes. */
const EVENT = { source: 'checkrein.doctor', 'detail-type': 'Dry incident', resources: [], detail: {} } as const;

const dryIncident = async (aws: DoctorAws, { StartArn, LedgerTable }: Deployment): Promise<Verdict> => {
  const { incident, status } = await aws.runFlow(StartArn, { ...EVENT, ...(await aws.caller()) });
  const look = 'See "Failed executions" in docs/operator-runbook.md.';
  if (status !== 'SUCCEEDED') return fail(`The dry incident ${incident} ended as ${status}.`, look);
  const events = await aws.trace(LedgerTable, incident);
  const refusal = events.find(({ kind }) => kind === 'incident.refused');
  if (refusal === undefined)
    return fail(`The dry incident ${incident} was taken up by an agent.`, 'Narrow what that agent takes.');
  const verdict = verifyTrace(events.map((event) => canonical(event)));
  return verdict.sound
    ? ok(
        `The dry incident ${incident} was opened, closed and sealed; its trace of ${String(events.length)} events is sound.`,
      )
    : fail(
        `The trace of the dry incident ${incident} is broken at event ${String(verdict.seq)}: ${verdict.reason}.`,
        look,
      );
};

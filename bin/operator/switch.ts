import { GetParameterHistoryCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { askAws, findDeployment, requiredReason, callerArn, type DeploymentFlags } from './deployment.ts';
import { ours, plain, quoted } from '../../lambdas/kernel/trace/outside-text.ts';
import { printer, printJson } from '../io/output.ts';

export interface SwitchFlags extends DeploymentFlags {
  readonly position?: 'on' | 'propose-only' | 'off';
  readonly reason?: string;
}

/** The longest description that SSM accepts. */
const DESCRIPTION_LIMIT = 1024;

interface SwitchChange {
  readonly position: string;
  readonly at: string;
  readonly by: string;
  readonly why: string;
}

const historyOf = async (client: SSMClient, parameter: string): Promise<SwitchChange[]> => {
  const { Parameters = [] } = await askAws('ssm:GetParameterHistory', () =>
    client.send(new GetParameterHistoryCommand({ Name: parameter, MaxResults: 50 })),
  );
  return Parameters.map((one) => ({
    position: one.Value ?? '?',
    at: one.LastModifiedDate?.toISOString() ?? '?',
    by: one.LastModifiedUser ?? '?',
    why: one.Description ?? '',
  }));
};

/** Nobody has to think of a reason before everything is stopped. To start something again needs one. */
export const switchReason = (position: NonNullable<SwitchFlags['position']>, given: string | undefined): string => {
  if (position !== 'off') return requiredReason(given);
  return given === undefined || given.trim() === '' ? 'no reason given' : given.trim();
};

/** Shows the kill switch and its history. With a position, sets it first. */
export const showOrSetSwitch = async (position: SwitchFlags['position'], flags: SwitchFlags): Promise<void> => {
  const reason = position === undefined ? undefined : switchReason(position, flags.reason);
  const { SwitchParameter } = await findDeployment(flags.stack);
  const client = new SSMClient({});
  if (position !== undefined) {
    const Description = `${position}: ${String(reason)} (${await callerArn()})`.slice(0, DESCRIPTION_LIMIT);
    await askAws('ssm:PutParameter', () =>
      client.send(new PutParameterCommand({ Name: SwitchParameter, Value: position, Description, Overwrite: true })),
    );
  }
  const changes = await historyOf(client, SwitchParameter);
  if (flags.json === true) {
    printJson({ parameter: SwitchParameter, position: changes.at(-1)?.position ?? null, turns: changes });
    return;
  }
  const print = printer(false);
  print(plain`The kill switch is ${changes.at(-1)?.position ?? 'unknown'}.`);
  for (const change of changes.slice(-10))
    print(plain`  ${change.at}  ${ours(change.position.padEnd(13))}${quoted(change.why, DESCRIPTION_LIMIT)}`);
};

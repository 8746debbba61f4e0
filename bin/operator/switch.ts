import { GetParameterHistoryCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { asking, findDeployment, reasonIn, whoAmI, type DeploymentFlags } from './deployment.ts';
import { printer, printJson } from '../io/output.ts';

export interface SwitchFlags extends DeploymentFlags {
  readonly position?: 'on' | 'propose-only' | 'off';
  readonly reason?: string;
}

/** Length that SSM allows a description. */
const DESCRIPTION_LIMIT = 1024;

interface Turn {
  readonly position: string;
  readonly at: string;
  readonly by: string;
  readonly why: string;
}

const historyOf = async (client: SSMClient, parameter: string): Promise<Turn[]> => {
  const { Parameters = [] } = await asking('ssm:GetParameterHistory', () =>
    client.send(new GetParameterHistoryCommand({ Name: parameter, MaxResults: 50 })),
  );
  return Parameters.map((one) => ({
    position: one.Value ?? '?',
    at: one.LastModifiedDate?.toISOString() ?? '?',
    by: one.LastModifiedUser ?? '?',
    why: one.Description ?? '',
  }));
};

/** Shows where the switch stands and how it got there; with a position, flips it first. */
export const flip = async (position: SwitchFlags['position'], flags: SwitchFlags): Promise<void> => {
  const reason = position === undefined ? undefined : reasonIn(flags.reason);
  const { SwitchParameter } = await findDeployment(flags.stack);
  const client = new SSMClient({});
  if (position !== undefined) {
    const Description = `${position}: ${String(reason)} (${await whoAmI()})`.slice(0, DESCRIPTION_LIMIT);
    await asking('ssm:PutParameter', () =>
      client.send(new PutParameterCommand({ Name: SwitchParameter, Value: position, Description, Overwrite: true })),
    );
  }
  const turns = await historyOf(client, SwitchParameter);
  if (flags.json === true) {
    printJson({ parameter: SwitchParameter, position: turns.at(-1)?.position ?? null, turns });
    return;
  }
  const print = printer(false);
  print(`The kill switch is ${turns.at(-1)?.position ?? 'unknown'}.`);
  for (const turn of turns.slice(-10)) print(`  ${turn.at}  ${turn.position.padEnd(13)}${turn.why}`);
};

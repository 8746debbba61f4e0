import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { CheckreinError, InputError } from '../../lambdas/contracts/errors.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { AccountRegion } from '../../lambdas/contracts/ports.ts';
import { askAws, type Deployment } from './deployment.ts';
import { messageIn } from './doctor-cause.ts';

/** Step Functions takes no longer input. */
const INPUT_BYTES = 262_144;
const POLL_MS = 2000;

/** The account and Region of a deployment, from the ARN of its state machine. */
export const homeOfDeployment = ({ StartArn }: Pick<Deployment, 'StartArn'>): AccountRegion => {
  const [, , , region = '', account = ''] = StartArn.split(':');
  return { account, region };
};

/** An execution of the flow. Its name is the id of the incident, unless it joins one that is open. */
export interface StartedFlow {
  readonly incident: string;
  readonly executionArn: string;
  readonly stateMachine: string;
}

/** Starts the flow with an event, as the rules of EventBridge do. */
export const startFlow = (
  where: string,
  { StartArn: stateMachineArn }: Pick<Deployment, 'StartArn'>,
  event: JsonObject,
  prefix: 'ask' | 'event',
): Promise<StartedFlow> => {
  const input = JSON.stringify({ event });
  const bytes = Buffer.byteLength(input);
  if (bytes > INPUT_BYTES)
    throw new InputError(where, `it has ${bytes} bytes`, `at most ${INPUT_BYTES}, which Step Functions takes`);
  const name = `${prefix}-${randomUUID()}`;
  return askAws(`states:StartExecution of ${stateMachineArn}`, async () => {
    const started = await new SFNClient({}).send(new StartExecutionCommand({ stateMachineArn, name, input }));
    return { incident: name, executionArn: started.executionArn ?? '', stateMachine: stateMachineArn };
  });
};

/** The flow of an incident ended without closing it. */
class FlowFailed extends CheckreinError {
  constructor(incident: string, status: string, cause: string | undefined) {
    super(
      'FlowFailed',
      `The execution ${incident} ended as ${status}${cause === undefined ? '.' : `: ${messageIn(cause)}`}`,
      'See "Failed executions" in docs/operator-runbook.md.',
    );
  }
}

const Output = z.object({ incidentId: z.string() });

/** Waits for the end of an execution. Returns the incident that it was, or that it joined. */
export const untilEnded = ({ executionArn, incident }: StartedFlow): Promise<string> =>
  askAws(`states:DescribeExecution of ${incident}`, async () => {
    const states = new SFNClient({});
    for (;;) {
      const { status = 'UNKNOWN', output, cause } = await states.send(new DescribeExecutionCommand({ executionArn }));
      if (status === 'SUCCEEDED') return Output.safeParse(JSON.parse(output ?? '{}')).data?.incidentId ?? incident;
      if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE') throw new FlowFailed(incident, status, cause);
      await pause(POLL_MS);
    }
  });

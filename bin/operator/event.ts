import { randomUUID } from 'node:crypto';
import { BusEvent } from '../../lambdas/contracts/alarm.ts';
import { JsonObject } from '../../lambdas/contracts/json.ts';
import { readEvent } from '../../local/files.ts';
import { applicationAt } from '../../local/application.ts';
import { agentTaking, recordedIn } from '../io/agent-taking.ts';
import { refuseFlagOfStack, refuseLaptopFlags, type LaptopFlags } from '../io/laptop-flags.ts';
import { findDeployment } from './deployment.ts';
import { follow } from './follow.ts';
import { homeOfDeployment, startFlow } from './started-flow.ts';

export interface EventFlags extends LaptopFlags {
  readonly keepId?: boolean;
  readonly stack: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** Starts the flow of a deployed stack with a recorded event, or plays it on this machine. */
export const sendEvent = async (file: string, flags: EventFlags): Promise<void> => {
  const { world, approve = 'ask' } = flags;
  if (world !== undefined) {
    refuseFlagOfStack('--wait', flags.wait);
    refuseFlagOfStack('--keep-id', flags.keepId);
    return (await import('../laptop/index.ts')).runEvent({ ...flags, event: file, world, approve });
  }
  refuseLaptopFlags(flags);
  const { rules, config } = applicationAt(flags);
  const recorded = JsonObject.parse(readEvent(file, '<file>'));
  const id = flags.keepId === true ? BusEvent.parse(recorded).id : randomUUID();
  const event = { ...recorded, id };
  const deployment = await findDeployment(flags.stack);
  const agent = agentTaking(recordedIn(file, config), event, rules, homeOfDeployment(deployment));
  const started = await startFlow(`<file> ${file}`, deployment, event, 'event');
  const sentence = `Started the execution ${started.incident} of ${started.stateMachine}, with the event as ${id}. It did not go through EventBridge: no rule was asked. Agent ${agent} takes it.`;
  await follow(started, { sentence, fields: { agent, eventId: id, way: 'states:StartExecution' } }, flags);
};

import * as z from 'zod';
import { contractBroken } from '../../contracts/errors.ts';
import { lastOf } from '../../kernel/trace/queries.ts';
import { runStep } from '../../runtime/step.ts';
import { close, type ClosePorts } from './step.ts';

/** A `Step Functions Execution Status Change` of an execution that ended badly. Its name is the incident id. */
const Stopped = z.object({
  detail: z.object({
    name: z.string().min(1),
    status: z.string(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  }),
});

/**
 * Closes the incident of an execution that ended where no Catch applies: out of time, aborted by hand,
 * `States.Runtime`, or a Close that kept failing. So an incident never just stops.
 */
export const closeStopped = async (event: unknown, ports: ClosePorts): Promise<unknown> => {
  const stopped = Stopped.safeParse(event);
  if (!stopped.success) throw contractBroken(`This is not an execution status event: ${stopped.error.message}`);
  const { name, status, error, cause } = stopped.data.detail;
  const events = await ports.ledger.events(name);
  if (events.some((one) => one.kind === 'trace.sealed')) return { incidentId: name, closed: 'before' };
  const agent = lastOf(events, 'incident.opened')?.data.agent ?? 'none';
  // Goes on with a Close that began because of a failure and failed too, so that people are notified once.
  const begun = lastOf(events, 'harness.failed');
  const failure = { Error: error ?? `Execution${status}`, Cause: cause ?? `The execution ended as ${status}.` };
  return runStep(
    close,
    { incidentId: name, agent, seq: begun?.from ?? events.length, error: failure, lastAttempt: true },
    ports,
  );
};

import { allOf, lastOf } from '../../../lambdas/kernel/trace/queries.ts';
import type { TraceEvent } from '../../../lambdas/contracts/events.ts';
import type { CaseRun } from '../flow.ts';
import { firstFault, type Invariant } from './invariant.ts';
import { changesIn, targetAndValue } from './recorded-changes.ts';

/** Invariants about changes that AWS takes long for. */

/** Whether people were told that a human must look: the incident was closed as escalated or failed. */
const isHandedOver = (trace: readonly TraceEvent[]): boolean => {
  const outcome = lastOf(trace, 'incident.closed')?.data.outcome;
  return outcome === 'escalated' || outcome === 'failed';
};

export const waitsEnd: Invariant = {
  name: 'a change that is waited for has a result in the end, or goes to a human',
  exercisedBy: ['changes waited for', 'changes continued'],
  fault: ({ traces }) =>
    firstFault(traces, ([incidentId, trace]) =>
      firstFault(allOf(trace, 'apply.waiting'), ({ seq, data: { digest, purpose } }) => {
        const ended = allOf(trace, 'apply.finished').some(
          (event) => event.seq > seq && event.data.digest === digest && event.data.purpose === purpose,
        );
        return ended || isHandedOver(trace) ? undefined : `${purpose}-${incidentId.slice(0, 8)} is waited for still`;
      }),
    ),
};

/** The instances that an incident stopped, and did not start again, or not with success. */
const leftStopped = (run: CaseRun, incident: string): string[] => {
  const last = new Map<string, string>();
  for (const { call, incidentId } of changesIn(run))
    if (incidentId === incident && call.outcome === 'ok' && /^St(op|art)Instances$/.test(call.command))
      last.set(targetAndValue(call.input).target, call.command);
  return [...last].flatMap(([target, command]) => (command === 'StopInstances' ? [target] : []));
};

export const noneLeftStopped: Invariant = {
  name: 'no instance that a change stopped is left stopped, unless a human is told to look',
  exercisedBy: ['instances stopped', 'changes waited for', 'capacity errors'],
  fault: (run) =>
    firstFault(run.traces, ([incidentId, trace]) => {
      const stopped = leftStopped(run, incidentId);
      return stopped.length === 0 || isHandedOver(trace)
        ? undefined
        : `${stopped.join(', ')} was left stopped by ${incidentId.slice(0, 8)}`;
    }),
};

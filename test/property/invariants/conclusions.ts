import { isKind, type TraceEvent, type TraceEventOf } from '../../../lambdas/contracts/events.ts';
import { allOf, findPlan, plansOf, type PlanOnTrace } from '../../../lambdas/kernel/trace/queries.ts';
import type { CaseRun } from '../flow.ts';
import { firstFault, type Invariant } from './invariant.ts';
import { changesIn } from './recorded-changes.ts';
import { eventsIn } from '../recording.ts';

/** Invariants about what people read at the end: it agrees with the calls that reached AWS, not with the model. */

/** The result that the change zone recorded last, as it was written at the time. */
const resultOf = ({ entries }: CaseRun, incident: string, digest: string, purpose: string): string => {
  const isMeant = ({ event }: { event: TraceEventOf<'apply.started'> | TraceEventOf<'apply.finished'> }): boolean =>
    event.incident === incident && event.data.digest === digest && event.data.purpose === purpose;
  const finished = eventsIn(entries, 'apply.finished').findLast(isMeant);
  if (finished !== undefined) return finished.event.data.outcome;
  return eventsIn(entries, 'apply.started').some(isMeant) ? 'unknown' : 'never started';
};

/** Why a statement about a plan is untrue. What is unknown contradicts nothing. */
const untrue = (run: CaseRun, incident: string, digest: string, applied: boolean): string | undefined => {
  const [change, rollback] = [resultOf(run, incident, digest, 'apply'), resultOf(run, incident, digest, 'rollback')];
  if (applied && (change === 'never started' || change === 'failed')) return `its change was ${change}`;
  if (applied && rollback === 'applied') return 'it was rolled back';
  if (!applied && change === 'applied' && rollback === 'never started') return 'it is in place';
  return undefined;
};

export const acceptedPlansAreTrue: Invariant = {
  name: 'no accepted conclusion contradicts the trace about what was applied',
  exercisedBy: [
    'plans concluded as applied: true',
    'plans concluded as applied: false',
    'conclusions rejected: plans_match_the_trace',
  ],
  fault: (run) =>
    firstFault(eventsIn(run.entries, 'conclusion.reviewed'), ({ event: { incident, seq, data } }) => {
      // A compromised step may write a plan after the review.
      const trace = (run.traces.get(incident) ?? []).slice(0, seq);
      if (!data.accepted || data.conclusion === null) return undefined;
      const { plans = [] } = data.conclusion;
      const listed = plans.map(({ plan }) => findPlan(trace, plan)?.digest);
      const missing = plansOf(trace).find(({ digest }) => !listed.includes(digest));
      if (missing !== undefined) return `${missing.handle} is not in an accepted conclusion`;
      return firstFault(plans, ({ plan, applied }) => {
        const digest = findPlan(trace, plan)?.digest;
        const why = digest === undefined ? 'there is no such plan' : untrue(run, incident, digest, applied);
        return why === undefined ? undefined : `an accepted conclusion calls ${plan} applied: ${applied}, but ${why}`;
      });
    }),
};

/** What the line about a plan must say, and must not say, if people or the change zone decided about it. */
const wrongIn = (run: CaseRun, incident: string, { handle, digest }: PlanOnTrace, line: string): string | undefined => {
  const said = (words: RegExp): boolean => words.test(line.replaceAll(/"[^"]*"/g, ''));
  if (said(/ was applied at /) !== (resultOf(run, incident, digest, 'apply') === 'applied'))
    return `the first lines are wrong about whether ${handle} was applied: ${line}`;
  if (said(/ was rolled back at /) !== (resultOf(run, incident, digest, 'rollback') === 'applied'))
    return `the first lines are wrong about whether ${handle} was rolled back: ${line}`;
  const closed = eventsIn(run.entries, 'approval.closed').find(({ event }) => event.data.digest === digest);
  if (said(/\bdenied by /) !== (closed?.event.data.outcome === 'denied'))
    return `the first lines are wrong about whether ${handle} was denied: ${line}`;
  return undefined;
};

/** The plans of a trace. The same plan again, to the letter, has the line of the first one. */
const differentPlans = (trace: readonly TraceEvent[]): PlanOnTrace[] => {
  const plans = plansOf(trace);
  return plans.filter(({ digest }, at) => plans.findIndex((one) => one.digest === digest) === at);
};

/** A plan that a compromised step wrote onto the trace may have the handle of another, so a plan may have any of its lines. */
const wrongLine = (run: CaseRun, trace: readonly TraceEvent[], lines: readonly string[]): string | undefined =>
  firstFault(differentPlans(trace), (planned) => {
    const faults = lines
      .filter((line) => line.startsWith(`${planned.handle} (`))
      .map((line) => wrongIn(run, trace[0]?.incident ?? '', planned, line));
    return faults.includes(undefined) ? undefined : faults[0];
  });

const NOTHING = 'Nothing was changed.';

export const firstLinesAreTrue: Invariant = {
  name: 'the first lines of every ending say whether AWS was changed, and agree with the trace',
  exercisedBy: ['ended: healed', 'ended: diagnosed', 'plans denied', 'rollbacks', 'mutating calls'],
  fault: (run) =>
    firstFault(run.traces, ([incidentId, trace]) => {
      const lines = allOf(trace, 'incident.closed').at(-1)?.data.happened ?? [];
      const id = incidentId.slice(0, 8);
      if (lines.length === 0) return `${id} was closed without a word on what happened`;
      const called = changesIn(run).some((change) => change.incidentId === incidentId && change.call.outcome === 'ok');
      const started = trace.some((event) => isKind(event, 'apply.started'));
      if (called && lines.includes(NOTHING)) return `${id} says that nothing was changed, but AWS was`;
      if (!called && !started && lines[0] !== NOTHING) return `${id} does not begin with: ${NOTHING}`;
      return wrongLine(run, trace, lines);
    }),
};

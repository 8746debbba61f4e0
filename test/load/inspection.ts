import type { Outcome } from '../../lambdas/contracts/conclusion.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { canonical } from '../../lambdas/kernel/trace/canonical.ts';
import { verifyTrace } from '../../lambdas/kernel/trace/chain.ts';
import { allOf, lastOf } from '../../lambdas/kernel/trace/queries.ts';
import type { Ledger } from '../../lambdas/contracts/ports.ts';

/** The state of an incident after the run, and everything that is wrong with it. */
export interface IncidentInspection {
  readonly incidentId: string;
  readonly copies: number;
  /** Copies that have their own line on the trace. */
  readonly attached: number;
  readonly turns: number;
  readonly problems: readonly string[];
}

const problemsOf = (events: readonly TraceEvent[], expected: Outcome): string[] => {
  const problems: string[] = [];
  const verdict = verifyTrace(events.map((event) => canonical(event)));
  if (!verdict.sound) problems.push(`its chain breaks at event ${verdict.seq}: ${verdict.reason}`);
  const closed = lastOf(events, 'incident.closed')?.data;
  if (closed === undefined) problems.push('it was never closed');
  else if (closed.outcome !== expected)
    problems.push(`it ended as ${closed.outcome}, not as ${expected}: ${closed.reason.slice(0, 300)}`);
  const applied = allOf(events, 'apply.finished').filter(({ data }) => data.outcome === 'applied').length;
  if (applied > 1) problems.push(`${applied} changes were applied where one was approved`);
  return problems;
};

/** Reads an incident from the ledger and checks it: sealed, chain sound, expected outcome, changed once at most. */
export const inspectIncident = async (
  ledger: Ledger,
  incidentId: string,
  expected: Outcome,
): Promise<IncidentInspection> => {
  const events = await ledger.events(incidentId);
  return {
    incidentId,
    copies: lastOf(events, 'incident.closed')?.data.copies ?? 0,
    attached: allOf(events, 'incident.attached').length,
    turns: allOf(events, 'model.called').length,
    problems: problemsOf(events, expected).map((problem) => `Incident ${incidentId}: ${problem}`),
  };
};

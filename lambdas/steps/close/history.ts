import { refOf } from '../../contracts/plan.ts';
import type { EventData, TraceEvent } from '../../contracts/events.ts';
import type { Ledger } from '../../contracts/ports.ts';
import { recordClosed, type ClosedIncident, type HistoryKey } from '../../kernel/limits/history.ts';
import { allOf, lastOf, plansOf } from '../../kernel/trace/queries.ts';
import { headingOf } from '../../kernel/trace/heading.ts';
import { historyKeyOf } from '../../kernel/limits/history-key.ts';
import { oneLine } from '../../kernel/trace/outside-text.ts';

/** Changes of one incident that its history names, and characters of each. */
const MOST_CHANGES = 5;
const CHANGE_LIMIT = 300;

type Verified = EventData<'change.verified'>['outcome'];

const changesOf = (events: readonly TraceEvent[]): { readonly ref: string; readonly says: string }[] =>
  plansOf(events).flatMap(({ digest, plan }) => {
    const about = (purpose: 'apply' | 'rollback'): boolean =>
      allOf(events, 'apply.started').some(({ data }) => data.digest === digest && data.purpose === purpose);
    if (!about('apply')) return [];
    const verified: Verified | undefined = allOf(events, 'change.verified').findLast(
      ({ data }) => data.digest === digest,
    )?.data.outcome;
    const undone = about('rollback') ? ', then rolled back' : '';
    const says = `${oneLine(String(headingOf(plan)), CHANGE_LIMIT)} (${verified ?? 'not verified'}${undone}).`;
    return [{ ref: refOf(plan.target), says }];
  });

/** Files a closed incident under its subject and under each target that it changed. For the first look of later ones. */
export const fileHistory = async (events: readonly TraceEvent[], ledger: Ledger): Promise<void> => {
  const opening = lastOf(events, 'incident.opened');
  const end = lastOf(events, 'incident.closed');
  if (opening === undefined || end === undefined) return;
  const changes = changesOf(events);
  const closed: ClosedIncident = {
    incidentId: end.incident,
    openedAt: opening.at,
    closedAt: end.at,
    outcome: end.data.outcome,
    changes: changes.slice(0, MOST_CHANGES).map(({ says }) => says),
  };
  const targets = [...new Set(changes.map(({ ref }) => ref))].map((ref): HistoryKey => ({ of: 'target', ref }));
  for (const key of [historyKeyOf(opening), ...targets]) await recordClosed(ledger, key, closed);
};

import type { EventData } from '../../contracts/events.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { StepError } from '../../contracts/errors.ts';
import type { FollowUp } from '../../contracts/follow-up.ts';
import type { AccountRegion, CloudAccess, FailedFollowUp, FollowUps } from '../../contracts/ports.ts';
import { AWS } from '../../contracts/tool.ts';
import { CLOSE_READS } from '../../contracts/verify-reads.ts';
import { attachedAlarms, type AttachedAlarmRow } from '../../kernel/limits/attached-alarms.ts';
import { toolResult } from '../../kernel/redaction/tool-errors.ts';
import { redactedText } from '../../kernel/redaction/redactor.ts';
import { accountRegionOf } from '../../kernel/trace/location.ts';
import type { Journal, JournalPorts } from '../../kernel/trace/journal.ts';
import { ALARMS_A_CALL, alarmStates } from '../../tools/aws/alarm-states.ts';

export interface FollowUpPorts extends JournalPorts {
  readonly cloud: CloudAccess;
  readonly followUps: FollowUps;
}

type Due = EventData<'follow-ups.due'>;
type DueAlarm = Due['due'][number];
type Left = Due['left'][number];

/**
 * Incidents that one close opens. A storm of more than that is said to people: of follow-ups that join each other again,
 * all but three are raised once more at the next close, so without a bound 10,000 alarms would be millions of executions.
 */
const MOST_FOLLOW_UPS = 100;
/** Alarms that one close looks at: 20 calls of CloudWatch, which allows 9 a second in an account. */
const MOST_LOOKED_AT = 1000;
/** Alarms without a follow-up that stand on the trace by name. */
const MOST_NAMED = 20;

/**
 * Gives each alarm that had joined this incident and is still in ALARM an incident of its own. The keys of the incident
 * must be free already: then an alarm that joins meanwhile finds that out and opens its own, and no follow-up joins
 * the incident that is closing. What is due is recorded before it is raised: Open takes only what is on the trace.
 */
export const raiseFollowUps = async (journal: Journal, ports: FollowUpPorts, lastAttempt: boolean): Promise<void> => {
  const due = await dueFollowUps(journal, ports);
  if (due === undefined || due.length === 0) return;
  await journal.once('follow-ups.raised', async () => {
    const failed = await raise(journal.incident, due, ports.followUps);
    if (failed.length > 0 && !lastAttempt) throw notRaised(failed);
    return { data: { raised: due.length - failed.length, failed } };
  });
};

/** The alarms that are due. Undefined: no alarm had joined when the first attempt looked. */
const dueFollowUps = async (journal: Journal, ports: FollowUpPorts): Promise<Due['due'] | undefined> => {
  const { upcoming } = journal;
  // An earlier attempt found no row. An alarm that joined since then found the key free and opened its own incident.
  if (upcoming !== undefined && upcoming.kind !== 'follow-ups.due') return undefined;
  const rows = upcoming === undefined ? await attachedAlarms(ports.ledger, journal.incident) : [];
  if (upcoming === undefined && rows.length === 0) return undefined;
  const { event } = await journal.once('follow-ups.due', async () => ({
    data: await lookAt(rows, journal.incident, ports),
  }));
  return event.data.due;
};

/** Looks at alarms until so many are due that the rest must be left to people. */
const lookAt = async (rows: readonly AttachedAlarmRow[], incidentId: string, ports: FollowUpPorts): Promise<Due> => {
  const due: DueAlarm[] = [];
  const left: Left[] = [];
  for (const batch of batchesOf(rows.slice(0, MOST_LOOKED_AT))) {
    for (const { row, state, says } of await statesOf(batch, incidentId, ports)) {
      if (state !== 'ALARM' && state !== 'unknown') continue;
      const { part, name, account, region } = row;
      const reason = whyLeft(row, due.length);
      if (reason === undefined) due.push({ part, name, account, region, state, says });
      else left.push({ name, says: reason });
    }
  }
  for (const { name } of rows.slice(MOST_LOOKED_AT))
    left.push({ name, says: `One close looks at ${MOST_LOOKED_AT} alarms.` });
  return { joined: rows.length, due, left: left.slice(0, MOST_NAMED), leftTotal: left.length };
};

const whyLeft = ({ event }: AttachedAlarmRow, due: number): string | undefined => {
  if (event === undefined) return 'Its event was too long to be kept, so it cannot be delivered again.';
  return due < MOST_FOLLOW_UPS ? undefined : `One close opens at most ${MOST_FOLLOW_UPS} incidents.`;
};

/** Alarms of one account and Region together, as many as one call can ask for. */
const batchesOf = (rows: readonly AttachedAlarmRow[]): AttachedAlarmRow[][] =>
  [...Map.groupBy(rows, ({ account, region }) => `${account} ${region}`).values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / ALARMS_A_CALL) }, (_, at) =>
      group.slice(at * ALARMS_A_CALL, (at + 1) * ALARMS_A_CALL),
    ),
  );

interface Seen {
  readonly row: AttachedAlarmRow;
  /** As CloudWatch says, `unknown` if it did not answer, `deleted` if there is no such alarm. */
  readonly state: string;
  readonly says: string;
}

/** How alarms are now. An alarm whose state cannot be read is unknown, which counts as still in ALARM. */
const statesOf = async (
  batch: readonly AttachedAlarmRow[],
  incidentId: string,
  { cloud }: FollowUpPorts,
): Promise<Seen[]> => {
  const [first] = batch;
  if (first === undefined) return [];
  const accountRegion: AccountRegion = accountRegionOf(first);
  const read = await toolResult(() =>
    alarmStates(
      cloud({ provider: AWS, calls: CLOSE_READS }, { incidentId, accountRegion }),
      batch.map(({ name }) => name),
    ),
  );
  return batch.map((row) =>
    read.ok
      ? { row, state: read.value.get(row.name) ?? 'deleted', says: '' }
      : { row, state: 'unknown', says: read.error.message.slice(0, 300) },
  );
};

/** Raises what is due. Returns those that the bus did not take. */
const raise = async (incidentId: string, due: Due['due'], followUps: FollowUps): Promise<Left[]> => {
  const references = due.map(({ part }): FollowUp => ({ version: '1', incidentId, part }));
  const names = new Map(due.map(({ part, name }) => [part, name]));
  const failed: readonly FailedFollowUp[] = await followUps.raise(references);
  return failed.map(({ followUp, reason }) => ({
    name: names.get(followUp.part) ?? followUp.part,
    says: redactedText(reason).slice(0, 300),
  }));
};

const notRaised = (failed: readonly Left[]): StepError =>
  new StepError(
    ERROR.cloudUnavailable,
    `The event bus did not take ${failed.length} follow-ups, ${failed[0]?.name ?? ''} among them: ${failed[0]?.says ?? ''}`,
    'The step is retried. Open takes each follow-up once.',
  );

import type { EventData } from '../../contracts/events.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { StepError } from '../../contracts/errors.ts';
import type { FollowUp } from '../../contracts/follow-up.ts';
import type { AccountRegion, CloudAccess, FailedFollowUp, FollowUps } from '../../contracts/ports.ts';
import { AWS } from '../../contracts/tool.ts';
import { CLOSE_READS } from '../../contracts/step-reads.ts';
import { joinedFrom, joinedRows, type JoinedRow } from '../../kernel/limits/adopted-alarms.ts';
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

/** Follow-ups that one close raises: it bounds the executions. Alarms beyond them are passed on. */
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
  const rows = upcoming === undefined ? await joinedRows(ports.ledger, journal.incident) : [];
  if (upcoming === undefined && rows.length === 0) return undefined;
  const { event } = await journal.once('follow-ups.due', async () => ({
    data: await lookAt(rows, journal.incident, ports),
  }));
  return event.data.due;
};

/**
 * Looks at alarms in the order of their rows, until so many are due, or were looked at, that the rest is passed on: the
 * incident of the last follow-up adopts it. If none is due by then, the next alarm gets a follow-up unseen, to carry the rest.
 */
const lookAt = async (rows: readonly JoinedRow[], incidentId: string, ports: FollowUpPorts): Promise<Due> => {
  const due: DueAlarm[] = [];
  const left: Left[] = [];
  let done = 0;
  const take = ({ row, state, says }: Seen): void => {
    done += 1;
    if (state !== 'ALARM' && state !== 'unknown') return;
    const { part, of, name, account, region, event } = row;
    if (event === undefined)
      left.push({ name, says: 'Its event was too long to be kept, so it cannot be delivered again.' });
    else due.push({ part, ...(of !== incidentId && { of }), name, account, region, state, says });
  };
  while (done < Math.min(rows.length, MOST_LOOKED_AT) && due.length < MOST_FOLLOW_UPS) {
    const window = await statesOf(rows.slice(done, done + ALARMS_A_CALL), incidentId, ports);
    for (const seen of window) if (due.length < MOST_FOLLOW_UPS) take(seen);
  }
  for (const row of rows.slice(done)) {
    if (due.length > 0) break;
    take({ row, state: 'unknown', says: `One close looks at ${MOST_LOOKED_AT} alarms, and this is the next one.` });
  }
  const rest = rows.slice(done);
  const carrier = due.at(-1);
  const joined = { joined: rows.length, due, left: left.slice(0, MOST_NAMED), leftTotal: left.length };
  if (carrier === undefined || rest.length === 0) return joined;
  return {
    ...joined,
    passedOn: { to: carrier.part, alarms: rest.length, joined: joinedFrom(rest) },
  };
};

interface Seen {
  readonly row: JoinedRow;
  /** As CloudWatch says, `unknown` if it did not answer, `deleted` if there is no such alarm. */
  readonly state: string;
  readonly says: string;
}

/** How alarms are now, with one call for each account and Region, in the order given. */
const statesOf = async (rows: readonly JoinedRow[], incidentId: string, ports: FollowUpPorts): Promise<Seen[]> => {
  const seen = new Map<JoinedRow, Seen>();
  for (const together of Map.groupBy(rows, ({ account, region }) => `${account} ${region}`).values())
    for (const one of await statesIn(together, incidentId, ports)) seen.set(one.row, one);
  return rows.flatMap((row) => seen.get(row) ?? []);
};

/** How alarms of one account and Region are. One whose state cannot be read is unknown, which counts as still in ALARM. */
const statesIn = async (rows: readonly JoinedRow[], incidentId: string, { cloud }: FollowUpPorts): Promise<Seen[]> => {
  const [first] = rows;
  if (first === undefined) return [];
  const accountRegion: AccountRegion = accountRegionOf(first);
  const read = await toolResult(() =>
    alarmStates(
      cloud({ provider: AWS, calls: CLOSE_READS }, { incidentId, accountRegion }),
      rows.map(({ name }) => name),
    ),
  );
  return rows.map((row) =>
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

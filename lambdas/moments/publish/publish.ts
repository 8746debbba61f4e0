import { APPROVAL_WAITING, ApprovalWaiting, EVENT_SOURCE } from '../../contracts/approval-waiting.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { CheckreinError, contractBroken } from '../../contracts/errors.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import { JsonObject } from '../../contracts/json.ts';
import { LostMoment, Moment, MOMENT_LOST } from '../../contracts/moment.ts';
import type { BusEntry, EventBus, Ledger } from '../../contracts/ports.ts';
import { momentOf } from '../../kernel/trace/moment.ts';
import { waitingOf } from './approval-waiting.ts';
import { recordsOf, type LedgerRecord, type WrittenEvent } from './stream-records.ts';

export interface PublishPorts {
  readonly ledger: Pick<Ledger, 'events'>;
  readonly bus: EventBus;
  /** Where the approval page is, without a trailing slash. */
  readonly pageUrl: string;
  /** Says why a moment was not put on the bus. */
  readonly onProblem: (says: string, about: WrittenEvent | undefined) => void;
}

/** Records that Lambda is to deliver again: the first that failed, and with it what follows. */
export interface Published {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * Puts the moments of new trace events on the bus, in order. It stops at the first record that may work later, and Lambda
 * delivers from there again: so every moment is delivered, some twice, and none before an earlier one of its incident. A record
 * that never works does not hold up the others: it is reported as `moment.lost`, whose queue raises an alarm.
 */
export const publish = async (event: unknown, ports: PublishPorts): Promise<Published> => {
  const traces = new Map<string, readonly TraceEvent[]>();
  for (const record of recordsOf(event)) {
    const failure = await publishRecord(record, traces, ports);
    if (failure === undefined) continue;
    ports.onProblem(`${failure} It is delivered again.`, record.written[0]);
    return { batchItemFailures: [{ itemIdentifier: record.sequenceNumber }] };
  }
  return { batchItemFailures: [] };
};

/** Why a record may work later; undefined if it is done. */
const publishRecord = async (
  { written }: LedgerRecord,
  traces: Map<string, readonly TraceEvent[]>,
  ports: PublishPorts,
): Promise<string | undefined> => {
  if (written.length === 0)
    ports.onProblem('A record of the stream is of no trace event, and was left out.', undefined);
  for (const one of written) {
    const entries = await entriesFor(one, traces, ports);
    if (typeof entries === 'string') return entries;
    const [failure] = (await ports.bus.put(entries)).filter((reason) => reason !== undefined);
    if (failure !== undefined) return `The event bus did not take a moment (${failure}).`;
  }
  return undefined;
};

/** Errors after which the same record may work: an outage, and a right that a deployment forgot. */
const LATER: readonly string[] = [ERROR.ledgerUnavailable, ERROR.misconfigured];

/** What goes on the bus because of an event, or why that may be known later. */
const entriesFor = async (
  written: WrittenEvent,
  traces: Map<string, readonly TraceEvent[]>,
  ports: PublishPorts,
): Promise<BusEntry[] | string> => {
  try {
    const trace = await traceWith(written, traces, ports);
    if (trace[written.seq] === undefined) {
      ports.onProblem('The trace of this event has expired, so there is no moment.', written);
      return [];
    }
    const moment = momentOf(trace, written.seq, ports.pageUrl);
    return moment === undefined ? [] : entriesOf(Moment.parse(moment));
  } catch (error) {
    if (error instanceof CheckreinError && LATER.includes(error.name)) return error.message;
    const reason = error instanceof Error ? error.message : 'unknown error';
    const says = `This event could not be made a moment: ${reason}`;
    ports.onProblem(says, written);
    return [lostEntry({ version: '1', ...written, says })];
  }
};

/** The trace with this event. One that was read for an earlier record may be from before it. */
const traceWith = async (
  { incidentId, seq }: WrittenEvent,
  traces: Map<string, readonly TraceEvent[]>,
  { ledger }: PublishPorts,
): Promise<readonly TraceEvent[]> => {
  const known = traces.get(incidentId);
  if (known?.[seq] !== undefined) return known;
  const trace = await ledger.events(incidentId);
  traces.set(incidentId, trace);
  return trace;
};

/** Bytes of a moment. The bus refuses a larger one each time, and what is behind it in the stream would wait in vain. */
const MOST_BYTES = 240 * 1024;

const entriesOf = (moment: Moment): BusEntry[] => {
  const bytes = Buffer.byteLength(JSON.stringify(moment));
  if (bytes > MOST_BYTES)
    throw contractBroken(`It would have ${bytes} bytes, more than the ${MOST_BYTES} that a moment may have.`);
  const resources = 'change' in moment ? [moment.change.target.ref] : [];
  const common = { source: EVENT_SOURCE, resources };
  const waiting = waitingOf(moment);
  return [
    { ...common, detailType: moment.moment, detail: JsonObject.parse(moment) },
    ...(waiting === undefined
      ? []
      : [{ ...common, detailType: APPROVAL_WAITING, detail: JsonObject.parse(ApprovalWaiting.parse(waiting)) }]),
  ];
};

/** Characters of a reason: one of a schema lists every field. */
const REASON_LIMIT = 2000;

const lostEntry = (lost: LostMoment): BusEntry => ({
  source: EVENT_SOURCE,
  detailType: MOMENT_LOST,
  resources: [],
  detail: LostMoment.parse({ ...lost, says: lost.says.slice(0, REASON_LIMIT) }),
});

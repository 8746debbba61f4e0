import {
  isKind,
  isTraceEvent,
  type EventData,
  type EventKind,
  type Reply,
  type TraceEvent,
  type TraceEventOf,
} from '../../contracts/events.ts';
import { contractBroken } from '../../contracts/errors.ts';
import { GENESIS, hashOf } from './chain.ts';

/** What a step records: the event's data, and what the model reads because of it. */
export interface EventEntry<K extends EventKind> {
  readonly data: EventData<K>;
  readonly replies?: readonly Reply[];
}

interface Draft<K extends EventKind> extends EventEntry<K> {
  readonly incident: string;
  readonly at: Date;
  readonly step: string;
  readonly from: number;
  readonly kind: K;
}

const byField = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1);

/**
 * A value as it is recorded, with the fields of every object in canonical order: so it is written, hashed and read as it is.
 * Half a character, left by a cut through an emoji, has no UTF-8 form and thus no hash; it becomes U+FFFD.
 */
const recordable = (value: unknown): unknown => {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map((one: unknown) => (one === undefined ? null : recordable(one)));
  return typeof value === 'object' && value !== null ? recordableFields(value) : value;
};

const recordableFields = (value: object): Record<string, unknown> => {
  const fields: [string, unknown][] = [];
  for (const [field, one] of Object.entries(value)) if (one !== undefined) fields.push([field, recordable(one)]);
  return Object.fromEntries(fields.toSorted(byField));
};

/** Makes the event that follows `before` in the chain. */
export const nextEvent = <K extends EventKind>(
  before: TraceEvent | undefined,
  { incident, at, step, from, kind, data, replies = [] }: Draft<K>,
): TraceEventOf<K> => {
  const draft = recordableFields({
    incident,
    seq: before === undefined ? 0 : before.seq + 1,
    at: at.toISOString(),
    step,
    from,
    kind,
    data,
    ...(replies.length === 0 ? {} : { replies }),
    prev: before?.hash ?? GENESIS,
    hash: '',
  });
  const event: unknown = { ...draft, hash: hashOf(draft) };
  if (!isTraceEvent(event) || !isKind(event, kind))
    throw contractBroken(`${step} tried to record a malformed ${kind}.`);
  return event;
};

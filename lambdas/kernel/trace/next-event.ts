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

/** Half a character, left by a cut through an emoji, has no UTF-8 form and thus no hash; it becomes U+FFFD. */
const wellFormed = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, one: unknown) => (typeof one === 'string' ? one.toWellFormed() : one)));

/** Makes the event that follows `before` in the chain. */
export const nextEvent = <K extends EventKind>(
  before: TraceEvent | undefined,
  { incident, at, step, from, kind, data, replies = [] }: Draft<K>,
): TraceEventOf<K> => {
  const draft = {
    incident,
    seq: before === undefined ? 0 : before.seq + 1,
    at: at.toISOString(),
    step,
    from,
    kind,
    data: wellFormed(data),
    ...(replies.length === 0 ? {} : { replies: wellFormed(replies) }),
    prev: before?.hash ?? GENESIS,
  };
  const event: unknown = { ...draft, hash: hashOf(draft) };
  if (!isTraceEvent(event) || !isKind(event, kind))
    throw contractBroken(`${step} tried to record a malformed ${kind}.`);
  return event;
};

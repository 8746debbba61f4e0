import * as z from 'zod';
import { APPROVAL_EVENTS } from './events/approval.ts';
import { CHANGE_EVENTS } from './events/change.ts';
import { CLOSING_EVENTS } from './events/closing.ts';
import { AUTHORIZATION_EVENTS } from './events/authorization.ts';
import { OPENING_EVENTS } from './events/opening.ts';
import { TURN_EVENTS } from './events/turns.ts';

/**
 * Every kind of trace event, with a one-line summary; `docs/reference/trace-events.md` is generated from it.
 * Data is append-only history: widen a schema with optional fields, never change a meaning.
 */
export const EVENTS = {
  ...OPENING_EVENTS,
  ...TURN_EVENTS,
  ...AUTHORIZATION_EVENTS,
  ...APPROVAL_EVENTS,
  ...CHANGE_EVENTS,
  ...CLOSING_EVENTS,
};

export type EventKind = keyof typeof EVENTS;
export type EventData<K extends EventKind> = z.infer<(typeof EVENTS)[K]['data']>;
export const EVENT_KINDS = Object.keys(EVENTS).filter((kind): kind is EventKind => kind in EVENTS);

/** What the model reads because of an event: the result of a tool call, or plain text where `toolUseId` is null. */
export const Reply = z.strictObject({ toolUseId: z.string().nullable(), text: z.string(), isError: z.boolean() });
export type Reply = z.infer<typeof Reply>;

const Envelope = z.strictObject({
  incident: z.string(),
  seq: z.int().nonnegative(),
  /** ISO 8601, UTC, milliseconds. */
  at: z.string(),
  /** Which step wrote it … */
  step: z.string(),
  /** … and with which `seq` that step was entered: a retry of it recognizes its own events by this pair. */
  from: z.int().nonnegative(),
  replies: z.array(Reply).optional(),
  /** Hash of the event before; 64 zeros for the first. */
  prev: z.string(),
  /** SHA-256 over canonical JSON of everything else. */
  hash: z.string(),
});

/** A trace event of any kind. */
export type TraceEvent = { [K in EventKind]: z.infer<typeof Envelope> & { kind: K; data: EventData<K> } }[EventKind];
/** A trace event of one kind. */
export type TraceEventOf<K extends EventKind> = Extract<TraceEvent, { kind: K }>;

const schemas = new Map<unknown, z.ZodType>(
  EVENT_KINDS.map((kind) => [kind, Envelope.extend({ kind: z.literal(kind), data: EVENTS[kind].data })]),
);

/** Whether a value is a trace event, data included; an unknown kind or field is not. */
export const isTraceEvent = (value: unknown): value is TraceEvent => {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return schemas.get(value.kind)?.safeParse(value).success ?? false;
};

/** Narrows an event to one kind. */
export const isKind = <K extends EventKind>(event: TraceEvent, kind: K): event is TraceEventOf<K> =>
  event.kind === kind;

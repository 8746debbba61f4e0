import * as z from 'zod';
import { EVENT_KINDS, EVENTS } from '../../lambdas/contracts/events.ts';
import { codes, code, markdownPage, table } from './markdown.ts';

const Variant = z.looseObject({ properties: z.record(z.string(), z.looseObject({ const: z.json().optional() })) });
const DataSchema = z.union([
  Variant.transform((one) => [one]),
  z.looseObject({ oneOf: z.array(Variant) }).transform((many) => many.oneOf),
]);

/** The fields of an event's data; where it has variants, each on its own, told apart by the field with a fixed value. */
const fieldsOf = (data: z.ZodType): string =>
  DataSchema.parse(z.toJSONSchema(data, { io: 'input', reused: 'inline' }))
    .map(({ properties }) =>
      codes(
        Object.entries(properties).map(([name, { const: fixed }]) =>
          fixed === undefined ? name : `${name}: ${JSON.stringify(fixed)}`,
        ),
      ),
    )
    .join(' *or* ');

const ENVELOPE = [
  ['incident', 'the incident, which is the name of its execution'],
  ['seq', 'place in the chain, from 0 without gaps'],
  ['at', 'ISO 8601, UTC, milliseconds'],
  ['step', 'who wrote it'],
  ['from', 'the `seq` with which that step was entered; step and `from` together are how a retry finds its own events'],
  ['kind', 'one of the table below'],
  ['data', 'what happened, by the schema of the kind'],
  ['replies', 'what the model is told because of it: `toolUseId`, `text`, `isError`; left out where there is nothing'],
  ['prev', 'hash of the event before; 64 zeros for the first'],
  ['hash', 'SHA-256 over the canonical JSON of all other fields'],
];

/** Every kind of trace event: what it says, and the fields of its data. */
export const traceEventsPage = (): string =>
  markdownPage('Trace events', 'lambdas/contracts/events.ts', [
    'A trace is one JSON object a line, in canonical form (RFC 8785), in order. `checkrein trace verify` checks it offline.',
    '## Fields of every event',
    table(
      ['field', 'meaning'],
      ENVELOPE.map(([name = '', says = '']) => [code(name), says]),
    ),
    '## Kinds',
    table(
      ['kind', 'what it says', 'data'],
      EVENT_KINDS.map((kind) => [code(kind), EVENTS[kind].says, fieldsOf(EVENTS[kind].data)]),
    ),
  ]);

import * as z from 'zod';
import { EVENT_KINDS, EVENTS } from '../../lambdas/contracts/events.ts';
import { codes, code, markdownPage, table } from './markdown.ts';

const Variant = z.looseObject({ properties: z.record(z.string(), z.looseObject({ const: z.json().optional() })) });
const DataSchema = z.union([
  Variant.transform((one) => [one]),
  z.looseObject({ oneOf: z.array(Variant) }).transform((many) => many.oneOf),
]);

/** The fields of an event's data; variants are listed separately, with the fixed value of the field that distinguishes them. */
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
  ['step', 'the step that wrote it'],
  ['from', 'the `seq` with which that step was entered; a retry finds its own events by `step` and `from`'],
  ['kind', 'one of the table below'],
  ['data', 'what happened, in the schema of the kind'],
  ['replies', 'what the model reads because of it: `toolUseId`, `text`, `isError`; left out if there is none'],
  ['prev', 'hash of the previous event; 64 zeros for the first'],
  ['hash', 'SHA-256 over the canonical JSON of all other fields'],
];

/** Every kind of trace event: its meaning and the fields of its data. */
export const traceEventsPage = (): string =>
  markdownPage('Trace events', 'lambdas/contracts/events.ts', [
    'A trace has one JSON object per line, in order, in canonical form (RFC 8785). `checkrein trace verify` checks it offline.',
    '## Fields of every event',
    table(
      ['field', 'meaning'],
      ENVELOPE.map(([name = '', meaning = '']) => [code(name), meaning]),
    ),
    '## Kinds',
    table(
      ['kind', 'meaning', 'data'],
      EVENT_KINDS.map((kind) => [code(kind), EVENTS[kind].summary, fieldsOf(EVENTS[kind].data)]),
    ),
  ]);

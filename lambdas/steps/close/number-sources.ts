import type { Conclusion } from '../../contracts/conclusion.ts';
import type { EventKind, TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import type { Json } from '../../contracts/json.ts';
import { evidenceAsRead } from '../../kernel/model/conversation.ts';
import { allOf, lastOf } from '../../kernel/trace/queries.ts';
import { subjectOf } from '../../kernel/trace/subject.ts';
import { momentsIn } from './number-names.ts';
import { quantitiesInSource, type Quantity } from './quantities.ts';

/** Where the numbers of a conclusion may come from. Never from words of the model: nothing that it wrote proves itself. */

/** A number of a source. `periods` are those of a metric, in seconds: its sums are counts per period. */
export interface SourceNumber extends Quantity {
  readonly periods?: readonly number[];
}

/** What one answer says, which belongs together. */
export interface Piece {
  readonly lines: readonly (readonly SourceNumber[])[];
  /** The numbers that stand in one place of several lines, from top to bottom. */
  readonly columns: ReadonlyMap<string, readonly SourceNumber[]>;
  /** Its clock times, in seconds; with their days if it says them. */
  readonly moments: readonly number[];
}

export interface Sources {
  readonly numbers: readonly SourceNumber[];
  /** The clock times in the sources' text are looked up in it. */
  readonly text: string;
  readonly pieces: readonly Piece[];
}

const PERIOD = /periods? of (\d+) s\b/g;

/** A number with its unit once, however often it occurs. */
const distinct = (all: readonly SourceNumber[]): SourceNumber[] => [
  ...new Map(
    all.map((one) => [
      `${one.written} ${one.dimension ?? ''} ${one.factors.join()} ${one.per ?? ''} ${one.periods?.join() ?? ''}`,
      one,
    ]),
  ).values(),
];

/** The last word before a number and its unit say in which column it stands. */
const columnOf = (line: string, { start, end }: SourceNumber): string => {
  const before = /([\p{L}_]+)[^\p{L}]*$/u.exec(line.slice(0, start))?.[1] ?? '';
  const after = /^[^\p{L}\d]{0,2}([\p{L}%_]*)/u.exec(line.slice(end))?.[1] ?? '';
  return `${before} ${after}`;
};

/** By the words around it, and in lines of equally many numbers by its place. */
const columnsOf = (
  lines: readonly string[],
  numbers: readonly (readonly SourceNumber[])[],
): Map<string, SourceNumber[]> => {
  const columns = new Map<string, SourceNumber[]>();
  for (const [index, line] of lines.entries()) {
    const all = numbers[index] ?? [];
    for (const [place, one] of all.entries())
      for (const name of [columnOf(line, one), `${place} of ${all.length}`])
        columns.set(name, [...(columns.get(name) ?? []), one]);
  }
  return columns;
};

const sourceOf = (text: string): Sources => {
  const periods = [...new Set([...text.matchAll(PERIOD)].map(([, seconds]) => Number(seconds)))];
  const lines = text.split('\n');
  const numbers = lines.map((line) =>
    quantitiesInSource(line).map((one) => (periods.length === 0 ? one : { ...one, periods })),
  );
  const piece = { lines: numbers, columns: columnsOf(lines, numbers), moments: momentsIn(text) };
  return { text, numbers: distinct(numbers.flat()), pieces: [piece] };
};

/** Several sources as one. */
export const together = (sources: readonly Sources[]): Sources => ({
  numbers: distinct(sources.flatMap(({ numbers }) => numbers)),
  text: sources.map(({ text }) => text).join('\n'),
  pieces: sources.flatMap(({ pieces }) => pieces),
});

/** How far back and how finely a tool looked. The model chose it, so it counts only as what its name says: a time. */
const TIME_FIELD = /^(?:minutes|hours|days|seconds|periodSeconds)$/;
const windowOf = (input: Json): string =>
  typeof input === 'object' && input !== null && !Array.isArray(input)
    ? Object.entries(input)
        .flatMap(([name, value]) =>
          TIME_FIELD.test(name) && typeof value === 'number'
            ? [`${value} ${name.replace('periodSeconds', 'seconds')}`]
            : [],
        )
        .join('\n')
    : '';

/** Events whose replies the harness wrote: what it decided, planned, did and verified. */
const TOLD: readonly EventKind[] = [
  'proposal.judged',
  'dry-run.finished',
  'plan.judged',
  'apply.finished',
  'change.verified',
  'model.told',
];

const partsOf = (event: TraceEvent): string[] => {
  switch (event.kind) {
    case 'proposal.judged':
      return [
        JSON.stringify(event.data.facts),
        ...event.data.checks.map((check) => check.reason),
        event.data.instead ?? '',
      ];
    case 'plan.judged':
      return [JSON.stringify(event.data.facts), ...event.data.checks.map((check) => check.reason)];
    case 'dry-run.finished':
      return event.data.made
        ? [JSON.stringify([event.data.plan.before, event.data.plan.after, event.data.plan.report])]
        : [event.data.reason];
    case 'apply.finished':
      return [JSON.stringify(event.data.state)];
    case 'change.verified':
      return [`${event.data.secondsSinceChange} s`, ...event.data.findings.map(({ detail }) => detail)];
    default:
      return [];
  }
};

/** As our cost reports count. */
const MONTH = '730 hours';

/** Alarm, facts, plans and verification: what every statement may rest on. */
export const commonSources = (events: readonly TraceEvent[]): Sources => {
  const opening = lastOf(events, 'incident.opened');
  const subject = opening && subjectOf(opening).recorded;
  const told = events
    .filter(({ kind }) => TOLD.includes(kind))
    .flatMap((event) => [...(event.replies ?? []).map(({ text }) => text), ...partsOf(event)]);
  return together([JSON.stringify(subject ?? null), MONTH, ...told].map(sourceOf));
};

/** The evidence of each handle, as the model read it. What did not answer proves nothing. */
export const evidenceSources = (events: readonly TraceEvent[]): ReadonlyMap<string, Sources> => {
  const texts = evidenceAsRead(events);
  const entryOf = ({ seq, data }: TraceEventOf<'evidence.gathered'>): [string, Sources] => [
    data.evidence,
    together([sourceOf(texts.get(seq) ?? data.text), sourceOf(windowOf(data.input))]),
  ];
  return new Map(
    allOf(events, 'evidence.gathered')
      .filter(({ data }) => data.outcome === 'ok')
      .map(entryOf),
  );
};

/** The evidence of these handles. */
export const cited = (
  evidence: ReadonlyMap<string, Sources>,
  claims: readonly Pick<Conclusion['claims'][number], 'evidence'>[],
): Sources[] => [...new Set(claims.flatMap((claim) => claim.evidence))].flatMap((handle) => evidence.get(handle) ?? []);

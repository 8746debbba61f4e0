import { CloudError } from '../../lambdas/contracts/errors.ts';
import { uuid } from './uuid.ts';
import type { LogLine, QueryAnswer } from './state.ts';

interface SourcedLine extends LogLine {
  readonly group: string;
  readonly stream: string;
}

/**
 * The part of Logs Insights that investigations use: fields, display, filter (like, not like, =),
 * sort, limit, and `stats count(*)` by bins of time. Anything else is refused.
 */
export const runInsights = (query: string, lines: readonly SourcedLine[], limit = 1000): QueryAnswer => {
  let rows: Row[] = lines.map(rowOf);
  let shown = ['@timestamp', '@message'];
  let most = limit;
  let matched = rows.length;
  for (const stage of stagesOf(query)) {
    const verb = /^\w+/.exec(stage)?.[0] ?? '';
    const rest = stage.slice(verb.length).trim();
    if (verb === 'fields' || verb === 'display') shown = rest.split(',').map((field) => field.trim());
    else if (verb === 'filter') {
      rows = rows.filter((row) => passes(rest, row));
      matched = rows.length;
    } else if (verb === 'sort') rows = sorted(rows, rest);
    else if (verb === 'limit') most = Number(rest);
    else if (verb === 'stats') ({ rows, shown } = counted(rows, rest));
    else throw malformed(stage);
  }
  const results = rows.slice(0, most).map((row) =>
    withPointer(
      shown.map((field) => ({ field, value: row[field] ?? '' })),
      row,
    ),
  );
  return { results, matched, scanned: lines.length };
};

type Row = Readonly<Record<string, string>>;

const rowOf = (line: SourcedLine): Row => ({
  '@timestamp': stamp(line.at),
  '@message': line.message,
  '@log': line.group,
  '@logStream': line.stream,
  '@ptr': Buffer.from(uuid(`${line.group}${line.at}${line.message}`)).toString('base64'),
});

/** The time format of Insights: 2026-11-20 09:24:12.000 */
const stamp = (at: number): string => new Date(at).toISOString().replace('T', ' ').replace('Z', '');

const withPointer = (fields: { field: string; value: string }[], row: Row) =>
  row['@ptr'] === undefined ? fields : [...fields, { field: '@ptr', value: row['@ptr'] }];

/** Stages are separated by pipes, except pipes inside a pattern. */
const stagesOf = (query: string): string[] =>
  (query.match(/(?:\/(?:\\.|[^/\\])*\/|"(?:\\.|[^"\\])*"|'[^']*'|[^|])+/g) ?? [])
    .map((stage) => stage.trim())
    .filter((stage) => stage !== '');

const malformed = (part: string): CloudError =>
  new CloudError('MalformedQueryException', `unexpected symbol found in query: ${part}`);

/** Comparisons combined with `and` and `or`; `and` has precedence. */
const passes = (condition: string, row: Row): boolean =>
  split(condition, 'or').some((either) => split(either, 'and').every((one) => compares(one.trim(), row)));

const split = (text: string, word: 'and' | 'or'): string[] => {
  const parts =
    text.match(new RegExp(`(?:/(?:\\\\.|[^/\\\\])*/|"[^"]*"|'[^']*'|(?!\\s${word}\\s)[\\s\\S])+`, 'gi')) ?? [];
  return parts.map((part) => part.replace(new RegExp(`^\\s*${word}\\s+`, 'i'), ''));
};

const compares = (text: string, row: Row): boolean => {
  const [, field, operator, operand] =
    /^(@?[\w.]+)\s+(not like|like|=~|!=|=)\s+([\s\S]+)$/i.exec(text.replace(/(@?[\w.]+)\s*(=~|!=|=)\s*/, '$1 $2 ')) ??
    [];
  if (field === undefined || operator === undefined || operand === undefined) throw malformed(text);
  const value = row[field] ?? '';
  const regex = /^\/([\s\S]*)\/$/.exec(operand);
  const plain = operand.replace(/^["']|["']$/g, '');
  if (operator === '=') return value === plain;
  if (operator === '!=') return value !== plain;
  const pattern = regex?.[1];
  const hit = pattern === undefined ? value.includes(plain) : regexOf(pattern).test(value);
  return /not/i.test(operator) ? !hit : hit;
};

/** Insights ignores case after a leading `(?i)`. */
const regexOf = (pattern: string): RegExp => {
  try {
    return new RegExp(pattern.replace(/^\(\?i\)/, ''), pattern.startsWith('(?i)') ? 'i' : '');
  } catch {
    throw malformed(pattern);
  }
};

const sorted = (rows: readonly Row[], by: string): Row[] => {
  const [field = '@timestamp', order = 'desc'] = by.trim().split(/\s+/);
  const compare = (a: Row, b: Row): number => (a[field] ?? '').localeCompare(b[field] ?? '', 'en', { numeric: true });
  return rows.toSorted((a, b) => (order.toLowerCase() === 'asc' ? compare(a, b) : compare(b, a)));
};

const counted = (rows: readonly Row[], text: string): { rows: Row[]; shown: string[] } => {
  const [, alias = 'count(*)', by] = /^count\(\*?\)(?:\s+as\s+(\w+))?(?:\s+by\s+(.+))?$/i.exec(text.trim()) ?? [
    undefined,
    undefined,
    undefined,
  ];
  if (!/^count\(/i.test(text.trim())) throw malformed(text);
  const keys = by?.split(',').map((key) => key.trim()) ?? [];
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const id = JSON.stringify(keys.map((key) => bin(key, row)));
    groups.set(id, [...(groups.get(id) ?? []), row]);
  }
  if (keys.length === 0 && groups.size === 0) groups.set('[]', []);
  const counts = [...groups.values()].map((members): Row => ({
    ...Object.fromEntries(keys.map((key) => [key, members[0] === undefined ? '' : bin(key, members[0])])),
    [alias]: String(members.length),
  }));
  return { rows: counts, shown: [...keys, alias] };
};

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const bin = (key: string, row: Row): string => {
  const [, amount, unit] = /^bin\((\d+)([smhd])\w*\)$/.exec(key) ?? [];
  if (amount === undefined || unit === undefined) return row[key] ?? '';
  const width = Number(amount) * (UNITS[unit] ?? 1);
  return stamp(Math.floor(Date.parse(`${(row['@timestamp'] ?? '').replace(' ', 'T')}Z`) / width) * width);
};

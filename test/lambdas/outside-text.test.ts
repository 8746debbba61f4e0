import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { approvalMessage } from '../../lambdas/approvals/ask/message.ts';
import { isTraceEvent, type TraceEvent } from '../../lambdas/contracts/events.ts';
import { currentPlan } from '../../lambdas/kernel/trace/queries.ts';
import { closingMessage, reportOf } from '../../lambdas/kernel/trace/report.ts';
import { coloursFor, timelineLines } from '../../bin/io/timeline-lines.ts';
import { DECEPTIVE, HOSTILE } from '../fixtures/hostile-text.ts';
import { withJoined } from '../fixtures/joined.ts';
import { withSubject } from '../fixtures/subjects.ts';
import { TOLD_SUBJECTS } from '../fixtures/told-subjects.ts';

const LINK = 'https://approve.example.com/?t=genuine.link';
const REQUEST = {
  approver: 'ana@example.com',
  link: LINK,
  expiresAt: '2026-11-02T03:20:00.000Z',
  now: new Date('2026-11-02T02:20:00.000Z'),
  number: 1,
};
const HARMLESS = 'harm\nless';
/** The fields of a conclusion are short. Anything longer is refused before it is recorded. */
const SHORT = HOSTILE.slice(0, 480);

/** What these fields say is compared with another field, never shown alone, or decides which line is printed. */
const STRUCTURE = new Set(['kind', 'digest', 'hash', 'prev', 'evidence', 'grantId', 'purpose', 'approvalId', 'check']);

const recorded = (name: string): TraceEvent[] =>
  readFileSync(join(import.meta.dirname, '../fixtures/traces', name, 'trace.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
    .filter(isTraceEvent);

/** Paths of all texts in a value, list positions left out. */
const fieldsOf = (value: unknown, path = ''): string[] => {
  if (typeof value === 'string') return [path];
  if (Array.isArray(value)) return value.flatMap((one) => fieldsOf(one, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (STRUCTURE.has(key) ? [] : fieldsOf(inner, `${path}.${key}`)));
};

/** A copy in which one field, wherever it occurs, has another text. */
const replaced = (value: unknown, field: string, text: string, path = ''): unknown => {
  if (typeof value === 'string') return path === field ? text : value;
  if (Array.isArray(value)) return value.map((one) => replaced(one, field, text, path));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, replaced(inner, field, text, `${path}.${key}`)]),
  );
};

/** The trace with another text in one field of the events of one kind; undefined if the field does not take it. */
const withText = (
  events: readonly TraceEvent[],
  kind: string,
  field: string,
  text: string,
): TraceEvent[] | undefined => {
  const changed = events.map((event) => (event.kind === kind ? replaced(event, field, text) : event));
  return changed.every((one, at) => one === events[at] || isTraceEvent(one)) ? changed.filter(isEvent) : undefined;
};

const isEvent = (value: unknown): value is TraceEvent => typeof value === 'object' && value !== null;

const channels: Readonly<Record<string, (events: readonly TraceEvent[]) => string>> = {
  'the approval mail': (events) => {
    const { subject, text } = approvalMessage(events, currentPlan(events), REQUEST);
    return `${String(subject)}\n${String(text)}`;
  },
  'the closing mail': (events) => {
    const { subject, text } = closingMessage(events);
    return `${String(subject)}\n${String(text)}`;
  },
  'report.md': reportOf,
  'the timeline': (events) => events.flatMap((event) => timelineLines(event, coloursFor({})).map(String)).join('\n'),
};

const RECORDED = ['undersized-instance', 'fix-does-not-help', 'change-freeze'].map(recorded);
/** The last one is of an incident that other alarms joined. */
const TRACES = [...RECORDED, ...RECORDED.slice(0, 1).map(withJoined)];

/** The fields of the subjects that are no alarm. The names of some are the same, so they are told apart by kind. */
const toldFields = TOLD_SUBJECTS.flatMap((subject) => {
  const events = TRACES.slice(0, 1).flatMap((trace) => withSubject(trace, subject));
  const kind = 'incident.opened';
  return fieldsOf(subject, '.data.subject').map(
    (field) => [`${subject.kind}: ${field}`, { events, kind, field }] as const,
  );
});

/** Each field once, with a trace that has it. */
const fields = new Map([
  ...TRACES.flatMap((events) =>
    events.flatMap((event) => fieldsOf(event).map((field) => ({ events, event, field }))),
  ).map(({ events, event: { kind }, field }) => [`${kind}${field}`, { events, kind, field }] as const),
  ...toldFields,
]);

/** What is wrong with a text that people see, compared with the same one with a harmless word in the field. */
const faultsOf = (text: string, harmless: string): string[] => {
  const [lines, expected] = [text.split('\n'), harmless.split('\n')];
  const headings = (all: readonly string[]): number => all.filter((line) => line.startsWith('#')).length;
  return [
    ...(DECEPTIVE.test(text) ? ['a deceptive character'] : []),
    ...(lines.length === expected.length ? [] : [`${lines.length} lines in place of ${expected.length}`]),
    ...(lines.some((line) => line.length > 2600) ? ['a line that is not clipped'] : []),
    ...(lines.some((line) => /^[!|~=[\]>\x60]/.test(line)) ? ['a line that starts with markup'] : []),
    ...(headings(lines) === headings(expected) ? [] : ['a heading']),
    ...(text.split('://').length === harmless.split('://').length ? [] : ['a link']),
  ];
};

/** The trace of each field with a harmless text, and with hostile ones. Channels share them: most fields take no text. */
const forgeries = [...fields].flatMap(([name, { events, kind, field }]) => {
  const harmless = withText(events, kind, field, HARMLESS);
  if (harmless === undefined) return [];
  const hostile = [HOSTILE, SHORT].map((text) => withText(events, kind, field, text));
  return [{ name, harmless, hostile: hostile.filter((trace) => trace !== undefined) }];
});

test.each(Object.entries(channels))(
  '%s shows hostile text of any field on one line, without what deceives, and with no link but ours',
  (_channel, shown) => {
    const forged = forgeries.flatMap(({ name, harmless, hostile }) => {
      const expected = shown(harmless);
      return hostile.flatMap((trace) => faultsOf(shown(trace), expected).map((fault) => `${name}: ${fault}`));
    });
    expect(forged).toEqual([]);
  },
);

test('the fields that the table covers are those that outsiders, models and people write', () => {
  const covered = [...fields.keys()];
  for (const field of [
    'incident.opened.data.alarm.name',
    'incident.opened.data.alarm.reason',
    'incident.opened.data.alarm.description',
    'event: .data.subject.title',
    'event: .data.subject.cause',
    'event: .data.subject.link',
    'event: .data.subject.location.region',
    'event: .data.subject.resources',
    'question: .data.subject.question',
    'question: .data.subject.askedBy',
    'schedule: .data.subject.every',
    'incident.opened.data.follows',
    'incident.attached.data.alarm.name',
    'incident.attached.data.says',
    'incident.attached.data.suspicions',
    'follow-ups.due.data.due.name',
    'follow-ups.due.data.due.says',
    'follow-ups.due.data.left.name',
    'follow-ups.due.data.left.says',
    'follow-ups.raised.data.failed.name',
    'follow-ups.raised.data.failed.says',
    'evidence.gathered.data.text',
    'evidence.gathered.data.tool',
    'model.called.data.content.text',
    'model.called.data.content.input.why',
    'dry-run.finished.data.plan.input.why',
    'dry-run.finished.data.plan.target.environment',
    'dry-run.finished.data.plan.target.tags.Name',
    'dry-run.finished.data.plan.report.checks.detail',
    'dry-run.finished.data.plan.report.diff.after',
    'plan.judged.data.statements.reason',
    'plan.judged.data.checks.reason',
    'approval.answered.data.reason',
    'approval.answered.data.approver',
    'approval.closed.data.reason',
    'conclusion.reviewed.data.conclusion.summary',
    'conclusion.reviewed.data.conclusion.rootCause',
    'conclusion.reviewed.data.conclusion.claims.text',
    'conclusion.reviewed.data.conclusion.followUps',
    'change.verified.data.findings.detail',
  ])
    expect(covered).toContain(field);
});

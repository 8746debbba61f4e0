import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTraceEvent, type TraceEvent } from '../../../../lambdas/contracts/events.ts';
import { Moment } from '../../../../lambdas/contracts/moment.ts';
import type { DiffLine } from '../../../../lambdas/contracts/plan.ts';
import { momentOf, momentsOf } from '../../../../lambdas/kernel/trace/moment.ts';
import { momentChange } from '../../../../lambdas/kernel/trace/moment-change.ts';
import { plansOf } from '../../../../lambdas/kernel/trace/queries.ts';

const PAGE = 'https://approve.example.com';
const recorded = (name: string): TraceEvent[] =>
  readFileSync(join(import.meta.dirname, '../../../fixtures/traces', name, 'trace.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
    .filter(isTraceEvent);
const trace = recorded('fix-does-not-help');
const moments = momentsOf(trace, PAGE);
const [planned] = plansOf(trace);

/** The trace with these events behind the request for approval, instead of what came then. */
const then = (...data: readonly { readonly kind: TraceEvent['kind']; readonly data: object }[]): TraceEvent[] => {
  const upTo = trace.findIndex(({ kind }) => kind === 'approval.asked') + 1;
  const [head = trace[0]] = trace.slice(upTo - 1, upTo);
  const more = data.map((one, at): unknown => ({ ...head, ...one, seq: upTo + at }));
  return [...trace.slice(0, upTo), ...more.filter(isTraceEvent)];
};
const asked = trace.find((event) => event.kind === 'approval.asked');
const { approvalId = '', approvers = [], digest = '' } = asked?.kind === 'approval.asked' ? asked.data : {};
const lastSaid = (events: TraceEvent[]) => momentsOf(events, PAGE).at(-1);

test('an incident tells its moments once each, in order, and nothing else of its trace', () => {
  expect(moments.map(({ moment, says }) => `${moment}: ${says}`)).toMatchInlineSnapshot(`
    [
      "incident.opened: Incident opened: orders-cpu-high went to ALARM at 2026-11-20 09:26 UTC. The agent ec2-responder looks into it.",
      "change.proposed: Proposed: Resize orders-1: t3.small → m6i.xlarge. Nothing has been changed yet.",
      "approval.asked: An approval is needed before 2026-11-20 10:26 UTC: Resize orders-1: t3.small → m6i.xlarge.",
      "approval.decided: Approved by sre-oncall@example.com: Resize orders-1: t3.small → m6i.xlarge.",
      "change.applied: Changed: Resize orders-1: t3.small → m6i.xlarge.",
      "change.verified: The change did not help: Resize orders-1: t3.small → m6i.xlarge. It is rolled back next.",
      "change.rolled-back: Rolled back: Resize orders-1: t3.small → m6i.xlarge.",
      "incident.closed: Incident closed as diagnosed: orders-cpu-high.",
    ]
  `);
  for (const moment of moments) expect(Moment.parse(moment)).toEqual(moment);
});

test('a moment is the same whenever it is made, and its id names incident and event', () => {
  for (const moment of moments) {
    expect(momentOf(trace.slice(0, moment.seq + 1), moment.seq, PAGE)).toEqual(moment);
    expect(moment.id).toBe(`${moment.incidentId}#${moment.seq}`);
  }
});

test('no moment holds evidence, the words of the agent, a grant or a personal link', () => {
  const texts = trace.flatMap((event) => {
    if (event.kind === 'evidence.gathered') return event.data.text.split('\n').filter((line) => line.length > 40);
    if (event.kind === 'model.called')
      return event.data.content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
    return event.kind === 'grant.issued' ? event.data.grants.map(({ mac }) => mac) : [];
  });
  expect(texts.length).toBeGreaterThan(5);
  const said = JSON.stringify(moments);
  for (const text of texts) expect(said).not.toContain(JSON.stringify(text).slice(1, -1));
  expect(said).not.toMatch(/[?&]t=/);
});

test('a request has the page on which everybody gets their own link, and no other address', () => {
  const request = moments.find(({ moment }) => moment === 'approval.asked');
  expect(request).toMatchObject({ page: `${PAGE}/?a=${approvalId}`, approvers });
  expect(JSON.stringify(moments).match(/https?:[^"]+/g)).toEqual([`${PAGE}/?a=${approvalId}`]);
});

test('a reminder to the same people is a reminder, one to more people names those who are new', () => {
  const again = { kind: 'approval.reminded' as const, data: { approvalId, approvers, round: 1 } };
  expect(lastSaid(then(again))).toMatchObject({ moment: 'approval.reminded', reminder: 1, approvers });
  const more = { kind: 'approval.reminded' as const, data: { approvalId, approvers: [...approvers, 'eve'], round: 2 } };
  expect(lastSaid(then(again, more))).toMatchObject({
    moment: 'approval.escalated',
    reminder: 2,
    newly: ['eve'],
  });
  expect(lastSaid(then(again, more))?.says).toMatch(/^Nobody has decided, so eve is asked too\. /);
});

const closed = (data: object) => ({
  kind: 'approval.closed' as const,
  data: { approvalId, digest, by: ['ana@example.com'], reason: 'See https://evil.example/ for why.', ...data },
});

test.each([
  [{ outcome: 'granted' }, /^Approved by ana@example\.com: /, { by: ['ana@example.com'], breakGlass: false }],
  [{ outcome: 'granted', breakGlass: true }, /, in spite of a change freeze: /, { breakGlass: true }],
  [{ outcome: 'denied' }, /^Denied by ana@example\.com: /, { outcome: 'denied' }],
  [
    { outcome: 'denied', check: 'rate', by: ['check:rate'] },
    /^Approved, and refused by a check then \(rate\)/,
    { by: [] },
  ],
  [{ outcome: 'expired', by: [] }, /^Not approved in time, which counts as no: /, { by: [] }],
])('the decision %j says who decided and how', (data, says, told) => {
  const moment = lastSaid(then(closed(data)));
  expect(moment).toMatchObject({ moment: 'approval.decided', approvalId, ...told });
  expect(moment?.says).toMatch(says);
});

test('a request is decided once, whatever is appended later', () => {
  const events = then(closed({ outcome: 'denied' }), closed({ outcome: 'granted' }));
  expect(momentsOf(events, PAGE).filter(({ moment }) => moment === 'approval.decided')).toMatchObject([
    { outcome: 'denied' },
  ]);
});

test('an alarm that joins is a moment, a copy of the same event is none', () => {
  const alarm = { arn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:disk', name: 'disk' };
  const joined = {
    kind: 'incident.attached' as const,
    data: { eventId: 'e-2', copy: 1, why: 'resource', alarm, says: 'Same machine.' },
  };
  expect(lastSaid(then(joined))).toMatchObject({
    moment: 'incident.joined',
    joined: 'disk',
    says: 'Alarm disk joined the incident. Same machine.',
  });
  const copy = { kind: 'incident.attached' as const, data: { eventId: 'e-3', copy: 1, why: 'copy' } };
  expect(lastSaid(then(copy))?.moment).toBe('approval.asked');
});

test('what never became an incident tells nothing', () => {
  expect(momentsOf(trace.slice(1), PAGE)).toEqual([]);
  expect(momentOf(trace, 9999, PAGE)).toBeUndefined();
});

test('an event about a plan that is not on the trace is an error, not a moment about something else', () => {
  const events = then({
    kind: 'apply.finished',
    data: {
      digest: `sha256:${'0'.repeat(64)}`,
      purpose: 'apply',
      outcome: 'applied',
      reconciled: false,
      state: null,
      error: null,
    },
  });
  expect(() => momentsOf(events, PAGE)).toThrow(/is about a plan that is not on the trace before it/);
});

const OTHER = `approval-${'0'.repeat(32)}`;

test.each([
  ['a request', { kind: 'approval.asked' as const, data: { ...asked?.data, approvalId: OTHER } }],
  ['a decision', closed({ outcome: 'granted', approvalId: OTHER })],
  [
    'a request with an id of any length and any signs',
    {
      kind: 'approval.asked' as const,
      data: { ...asked?.data, approvalId: `x", "event_action": "resolve${'x'.repeat(300_000)}` },
    },
  ],
])(
  '%s that names the approval request of another incident is an error: it would resolve the page of that one',
  (_, event) => {
    expect(() => momentsOf(then(event), PAGE)).toThrow(/is not that of this plan in this incident/);
  },
);

test('an incident that closes names its own request, whatever a step made up after it', () => {
  const made = { kind: 'approval.asked' as const, data: { ...asked?.data, approvalId: OTHER } };
  const end = trace.find(({ kind }) => kind === 'incident.closed');
  const events = then(made, { kind: 'incident.closed', data: end?.data ?? {} });
  expect(momentOf(events, events.length - 1, PAGE)).toMatchObject({ moment: 'incident.closed', approvalId });
});

const linesFor = (...diff: readonly DiffLine[]) => {
  if (planned === undefined) return undefined;
  const { plan } = planned;
  return momentChange({ ...planned, plan: { ...plan, report: { ...plan.report, diff: [...diff] } } }).lines;
};
const line = (after: DiffLine['after']): DiffLine => ({ field: 'value', before: 1, after });

test('the settings of a change are all there, or none of them', () => {
  expect(linesFor(line(2), { field: 'type', before: 't3.small', after: 'two words' })).toEqual([
    'value: 1 → 2',
    'type: t3.small → "two words"',
  ]);
  expect(linesFor(line({ a: 'x y', b: [1, null] }))).toEqual(['value: 1 → {"a":"x y","b":[1,null]}']);
  expect(linesFor(line(''))).toEqual(['value: 1 → ""']);
  for (const hidden of ['x'.repeat(2000), 'two\nlines', 'two  blanks', ' blank in front', 'a "quote" b'])
    expect(linesFor(line(2), line(hidden))).toBeNull();
  expect(linesFor(...Array.from({ length: 400 }, () => line('x'.repeat(100))))).toBeNull();
});

test('a value with a link or a hidden character shows it as what it is', () => {
  expect(linesFor(line('https://evil.example/'))).toEqual(['value: 1 → https[:]//evil[.]example/']);
  expect(linesFor(line('a\u202Eb'))).toEqual(['value: 1 → "a[U+202E]b"']);
});

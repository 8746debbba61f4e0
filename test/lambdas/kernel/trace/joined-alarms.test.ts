import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { coloursFor, timelineLines } from '../../../../bin/io/timeline-lines.ts';
import { approvalMessage } from '../../../../lambdas/approvals/ask/message.ts';
import { suspicionNotice } from '../../../../lambdas/approvals/page/evidence.ts';
import { subjectSection } from '../../../../lambdas/approvals/page/subject.ts';
import { isTraceEvent, type TraceEvent } from '../../../../lambdas/contracts/events.ts';
import { joinedAlarmLines } from '../../../../lambdas/kernel/trace/joined-alarms.ts';
import { currentPlan, openingOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { closingMessage, reportOf } from '../../../../lambdas/kernel/trace/report.ts';
import { JOINED, withJoined } from '../../../fixtures/joined.ts';

const recorded = readFileSync(
  join(import.meta.dirname, '../../../fixtures/traces/undersized-instance/trace.jsonl'),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line): unknown => JSON.parse(line))
  .filter(isTraceEvent);
const events = withJoined(recorded);

const SAYS = 'It is about the resource of this incident, by its dimension InstanceId.';
const JOINED_LINE = `1 more alarm joined: memory-high. Why: ${SAYS}`;

const NOW = new Date('2026-11-20T09:30:00.000Z');
const mailOf = (trace: readonly TraceEvent[]): string => {
  const request = {
    approver: 'ana@example.com',
    link: 'https://x.test/',
    expiresAt: NOW.toISOString(),
    now: NOW,
    number: 1,
  };
  return String(approvalMessage(trace, currentPlan(trace), request).text);
};

test('alarms that joined stand in the mail, on the page, in the report and in the timeline, with the reason', () => {
  expect(mailOf(events)).toContain(`  ${JOINED_LINE}`);
  expect(String(subjectSection(openingOf(events), joinedAlarmLines(events), NOW))).toContain(JOINED_LINE);
  expect(reportOf(events)).toContain(`\n${JOINED_LINE}\n`);
  const timeline = events.flatMap((event) => timelineLines(event, coloursFor({}), 1000).map(String)).join('\n');
  expect(timeline).toContain(`Alarm memory-high joined this incident. ${SAYS}`);
});

test('a person reads in the mail and on the page that the text of an alarm which joined tries to instruct the agent', () => {
  const warning = 'alarm memory-high, which joined: claims an approval';
  expect(mailOf(events)).toContain(`looks like an attempt to instruct it.\n  ${warning}`);
  expect(String(suspicionNotice(events))).toContain(warning);
  expect(mailOf(recorded)).not.toContain('attempt to instruct');
});

test('the subject of the closing mail counts them, which is the line of a digest', () => {
  expect(String(closingMessage(events).subject)).toBe('healed: checkout-cpu-high and 4 more alarms');
  expect(String(closingMessage(recorded).subject)).toBe('healed: checkout-cpu-high');
});

test('alarms that joined for one reason are one line, however many they are', () => {
  const [attached] = events.filter(({ kind }) => kind === 'incident.attached');
  const many = Array.from({ length: 20 }, () => attached ?? openingOf(events));
  expect(joinedAlarmLines(many).map(String)).toEqual([
    expect.stringMatching(/^20 more alarms joined: (?:memory-high, ){9}memory-high and 10 more\. Why: It is about/),
  ]);
  expect(JOINED.suspicions).toHaveLength(1);
});

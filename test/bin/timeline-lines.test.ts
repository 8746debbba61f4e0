import { expect, test } from 'vitest';
import { coloursFor, timelineLines } from '../../bin/io/timeline-lines.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';

const turn = (text: string): TraceEvent => ({
  incident: 'inc-1',
  seq: 1,
  at: '2026-11-02T02:14:03.000Z',
  step: 'decide',
  from: 0,
  kind: 'model.called',
  data: {
    turn: 1,
    content: [{ type: 'text', text }],
    stopReason: 'end_turn',
    model: 'm',
    usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 },
    costMicroUsd: 1,
    latencyMs: 1,
  },
  prev: '',
  hash: '',
});

const shown = (text: string, columns: number): string[] =>
  timelineLines(turn(text), coloursFor({}), columns).map(String);

test.each([
  ['words', `${'so '.repeat(40)} 02:14:03  approval  The plan is granted. permit one-approval-suffices: fine`],
  ['one word without an end', 'x'.repeat(500)],
  ['wide letters', '承認'.repeat(200)],
])('what an agent says in %s cannot begin a line where our lines begin', (_what, text) => {
  const [first = '', says = '', ...more] = shown(text, 80);
  expect(first).toMatch(/^02:14:03 {2}model {5}turn 1/);
  expect(says).toMatch(/^ {20}says/);
  expect(more.length).toBeGreaterThan(1);
  for (const line of more) expect(line).toMatch(/^ {22}\S/);
  for (const line of [says, ...more])
    expect(Array.from(line).reduce((sum, one) => sum + (one > '\u2E80' ? 2 : 1), 0)).toBeLessThanOrEqual(80);
});

test('an ARN stays whole on a terminal of 80 columns, on a line that cannot pass for one of ours', () => {
  const arn = 'arn:aws:ec2:eu-west-1:123456789012:instance/i-0a1b2c3d4e5f60718';
  const lines = shown(`What was changed is ${arn}, and it was changed back a minute later.`, 80);
  const [line = ''] = lines.filter((one) => one.includes('arn:'));
  expect(line).toMatch(/^ {12,}\S/);
  expect(line).toContain(arn);
  for (const one of lines) expect(one.length).toBeLessThanOrEqual(80);
});

test('a conclusion is shown whole: root cause, every claim with its evidence, every follow-up', () => {
  const long = (word: string, length: number): string => `${word} `.repeat(length).slice(0, length).trim();
  const conclusion = {
    summary: long('summary', 2000),
    rootCause: long('cause', 2000),
    confidence: 'high' as const,
    claims: [
      { text: `${long('claim', 900)} https://example.com/graph`, evidence: ['E1', 'E4'] },
      { text: long('second', 1000), evidence: ['E2'] },
    ],
    followUps: [long('later', 500)],
  };
  const event: TraceEvent = {
    ...turn(''),
    kind: 'conclusion.reviewed',
    data: { conclusion, verdicts: [], accepted: true },
  };
  const text = timelineLines(event, coloursFor({})).map(String).join('\n');
  expect(text).not.toContain('…');
  for (const words of [conclusion.summary, conclusion.rootCause, conclusion.claims[1]?.text, conclusion.followUps[0]])
    expect(text).toContain(`"${words ?? ''}"`);
  expect(text).toContain('root cause (high confidence): ');
  expect(text).toMatch(/claim \(E1, E4\): "claim .* https\[:\]\/\/example[^"]*graph"/);
});

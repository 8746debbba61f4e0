import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { timelineLines, coloursFor } from '../bin/io/timeline-lines.ts';
import type { Notification } from '../lambdas/contracts/ports.ts';
import { allOf, lastOf } from '../lambdas/kernel/trace/queries.ts';
import { reportOf } from '../lambdas/kernel/trace/report.ts';
import { readScenario, runOf } from './fixtures/shipped-app.ts';
import { scriptedModel } from '../local/scripted-model.ts';
import { runOnLaptop, type RunResult } from '../local/run.ts';
import { loadScript, parseScript } from '../local/script.ts';
import { shippedRules } from './lib/shipped.ts';

/** The first scenario, denied. Its script was recorded when the change was approved, so its conclusion is untrue. */
const rules = shippedRules();
const MODEL = new URL('../scenarios/undersized-instance/model.json', import.meta.url).pathname;
const DENY = { kind: 'preset', answers: [{ answer: 'deny', reason: 'Not during the sale.' }] } as const;
const mails: Notification[] = [];

const denied = async (claimed: object): Promise<RunResult> => {
  mails.length = 0;
  const turns: unknown = JSON.parse(JSON.stringify(await loadScript(MODEL)), (_key, value: unknown) => {
    const conclude = z.looseObject({ name: z.literal('conclude'), input: z.looseObject({}) }).safeParse(value).data;
    return conclude === undefined ? value : { ...conclude, input: { ...conclude.input, ...claimed } };
  });
  const run = runOf(await readScenario('undersized-instance'), rules);
  const onMessage = (message: Notification): void => void mails.push(message);
  return runOnLaptop({ ...run, model: scriptedModel(parseScript(turns, MODEL)), approve: DENY, onMessage });
};

/** The untrue summary, with the list of plans right, and without numbers, which would be sent back once. */
const LIE = {
  summary: 'checkout-1 had too little CPU. After approval it was resized, and the alarm is OK.',
  claims: [{ text: 'The CPU was used up.', evidence: ['E2'] }],
};
let lied: RunResult;
beforeAll(async () => {
  lied = await denied({ ...LIE, plans: [{ plan: 'P1', applied: false }] });
}, 60_000);

const FIRST = [
  /^Nothing was changed\.$/,
  /^P1 \(Resize checkout-1: t3\.small → c6i\.xlarge\) was denied by [^ ]+: "Not during the sale\."$/,
  /^The alarm was last seen in ALARM at 2026-\d\d-\d\d \d\d:\d\d UTC\.$/,
];

test('the untrue summary is on the trace, and every verifier lets it pass', () => {
  const { conclusion, accepted } = lastOf(lied.events, 'conclusion.reviewed')?.data ?? {};
  expect(conclusion?.summary).toMatch(/After approval it was resized,? .*the alarm is OK\./);
  expect(accepted).toBe(true);
});

test('the first lines of the report say what happened, and the agent’s words follow, labelled', () => {
  const [title, ...rest] = reportOf(lied.events)
    .split('\n')
    .filter((line) => line !== '');
  expect(title).toBe('# diagnosed: checkout-cpu-high');
  for (const [at, line] of FIRST.entries()) expect(rest[at]?.replaceAll('\\', '')).toMatch(line);
  expect(rest.indexOf("## In the agent's words: its conclusion")).toBeGreaterThan(FIRST.length);
});

test('so do those of the closing mail', () => {
  const mail = mails.find(({ about }) => about === 'closed');
  const [, ...rest] = (mail?.text ?? '').split('\n').filter((line) => line !== '');
  for (const [at, line] of FIRST.entries()) expect(rest[at]).toMatch(line);
  expect(mail?.text).toMatch(/In the agent's words: its conclusion\n+Summary: "/);
});

test('so does the sealed trace, beside the summary of the agent', () => {
  const closed = lastOf(lied.events, 'incident.closed')?.data;
  for (const [at, line] of FIRST.entries()) expect(closed?.happened?.[at]).toMatch(line);
  expect(closed?.summary).toMatch(/After approval it was resized/);
});

test('so does the end of the timeline, with the summary in quotes below', () => {
  const closed = lastOf(lied.events, 'incident.closed');
  expect.assert(closed !== undefined);
  const lines = timelineLines(closed, coloursFor({})).map(String);
  expect(lines[0]).toMatch(/closed +DIAGNOSED\. Nothing was changed\.$/);
  expect(lines[1]?.trim()).toMatch(FIRST[1] ?? /never/);
  expect(lines.join('\n')).toMatch(/In the agent's words, not checked: ".*After approval it was resized/);
});

test('a conclusion that lists the denied plan as applied is sent back, with the plan named', async () => {
  const { events } = await denied({ plans: [{ plan: 'P1', applied: true }] });
  const reviewed = allOf(events, 'conclusion.reviewed')[0];
  expect(reviewed?.data.accepted).toBe(false);
  expect(reviewed?.replies?.[0]?.text).toMatch(/plans_match_the_trace: P1 is not in place: it was never applied/);
  expect(lastOf(events, 'incident.closed')?.data.outcome).toBe('escalated');
});

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { configWith } from '../lambdas/kernel/policy/rules/config-copy.ts';
import { appFolder, runCli, REPOSITORY, type Ran } from './cli.ts';

const folder = appFolder('replay');
afterAll(() => rmSync(folder, { recursive: true }));

const HEALED = join(REPOSITORY, 'test/fixtures/traces/undersized-instance/trace.jsonl');
const REFUSED = join(folder, 'cut-over-30-percent/trace.jsonl');
const replay = (...args: string[]): Promise<Ran> => runCli(folder, 'replay', ...args);

const Replayed = z.object({
  totals: z.object({ decisions: z.int(), same: z.int(), otherGrounds: z.int(), differ: z.int(), notJudged: z.int() }),
  traces: z.array(
    z.object({
      verified: z.boolean(),
      decisions: z.array(
        z.object({
          about: z.string(),
          change: z.string(),
          note: z.string().nullable(),
          wouldBe: z.object({ statements: z.array(z.object({ id: z.string() })) }).nullable(),
        }),
      ),
    }),
  ),
});
const totals = async (...args: string[]) => Replayed.parse(JSON.parse((await replay('--json', ...args)).out)).totals;

beforeAll(async () => {
  const scenario = join(REPOSITORY, 'scenarios/cut-over-30-percent');
  const files = ['--event', join(scenario, 'event.json'), '--world', join(scenario, 'world.yaml')];
  const ran = await runCli(folder, 'run', ...files, '--approve', 'no', '--out', 'cut-over-30-percent');
  expect([ran.code, ran.err]).toEqual([0, '']);
});

/** The shipped policies, with one file replaced or added. */
const policiesWith = (name: string, text: string): string =>
  join(configWith({ [`policies/${name}`]: text }), 'policies');
const forbid = (action: string, condition: string): string =>
  `@id("mine") @reason("Mine says no.") forbid (principal, action ${action}, resource) when { ${condition} };`;
const capacity = readFileSync(join(REPOSITORY, 'policies/capacity.cedar'), 'utf8');

test('under the policies that decided them, incidents are decided the same', async () => {
  const ran = await replay(HEALED, REFUSED, '--fail-on-change');
  expect([ran.code, ran.err]).toEqual([0, '']);
  expect(ran.out).toContain('4 decisions evaluated again: 4 the same');
});

test('a looser bound shows the refusal that it would undo, and exits 1 only where that was asked for', async () => {
  const looser = policiesWith('capacity.cedar', capacity.replace('cutPercent > 30', 'cutPercent > 60'));
  const ran = await replay(REFUSED, '--policies', looser);
  expect(ran.code).toBe(0);
  expect(ran.out).toMatch(
    /would differ: the proposal set_auto_scaling_capacity on web-fleet\n +was +refused and trips the breaker {2}forbid cut-bound: .*\n +would be +refused {2}forbid half-the-fleet/,
  );
  expect((await replay(REFUSED, '--policies', looser, '--fail-on-change')).code).toBe(1);
});

test('a stricter quorum shows how many more people a plan would have needed', async () => {
  const two = forbid('== Checkrein::Action::"release"', 'context.approvals < 2');
  const ran = await replay(HEALED, '--policies', policiesWith('mine.cedar', two));
  expect(ran.out).toMatch(
    /the plan P1, resize_instance on .*\n +was +needs-approval by 1.*\n +would be +needs-approval by 2 .*forbid mine: Mine says no\./,
  );
  expect(ran.out).toContain('3 decisions evaluated again: 2 the same, 0 the same by other policies, 1 would differ');
});

test('an approval is evaluated again with the permissions of its approver', async () => {
  const none = forbid('== Checkrein::Action::"approve"', 'resource.environment == "production"');
  const ran = await replay(HEALED, '--policies', policiesWith('mine.cedar', none));
  expect(ran.out).toMatch(
    /would differ: the approval sre-oncall@example\.com approves P1\n +was +permitted .*\n +would be +refused {2}forbid mine/,
  );
});

test('the same verdict by another policy is reported, but does not count as a change', async () => {
  const cut = forbid('in Checkrein::Action::"change"', 'context.facts has cutPercent && context.facts.cutPercent > 40');
  const args = [REFUSED, '--policies', policiesWith('mine.cedar', cut), '--fail-on-change'];
  expect(await totals(...args)).toEqual({ decisions: 1, same: 0, otherGrounds: 1, differ: 0, notJudged: 0 });
  expect((await replay(...args)).code).toBe(0);
});

test('another agent is limited to its own tools', async () => {
  const ran = await replay(HEALED, '--agent', join(REPOSITORY, 'config/agents/triage.yaml'));
  expect(ran.out).toMatch(/would be +refused {2}resize_instance is not granted to this agent/);
});

test('a trace that was tampered with is refused, unless it is asked for', async () => {
  const path = join(folder, 'tampered.jsonl');
  writeFileSync(path, readFileSync(REFUSED, 'utf8').replace('"cutPercent":60', '"cutPercent":10'));
  const ran = await replay(path);
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).toMatch(/tampered\.jsonl: it does not verify: event \d+: its content does not match its hash/);
  const accepted = await replay(path, '--unverified');
  expect([accepted.code, accepted.out.includes('not verified')]).toEqual([0, true]);
});

test('facts that were not computed then are reported as missing, and the decision is not evaluated', async () => {
  const path = join(folder, 'old.jsonl');
  writeFileSync(path, readFileSync(HEALED, 'utf8').replaceAll('"hourUtc":', '"minutesSinceLastCut":'));
  const parsed = Replayed.parse(JSON.parse((await replay('--json', '--unverified', path)).out));
  expect(parsed.totals.notJudged).toBe(3);
  expect(parsed.traces[0]?.decisions[0]?.note).toBe('the trace has no fact hourUtc');
});

test.each([
  ['a cut is held to the floors as it was then', 10, ['memory-floor']],
  ['what took nothing away is not', 0, []],
])('in a trace from before cuts of CPU and memory were told apart, %s', async (_, cutPercent, floors) => {
  const path = join(folder, 'undivided.jsonl');
  const recorded = readFileSync(HEALED, 'utf8');
  expect(recorded).not.toContain('memoryCutPercent');
  const cut = recorded.replaceAll('"cutPercent":0', `"cutPercent":${cutPercent}`);
  writeFileSync(path, cut.replaceAll('"memoryMiBAfter":8192', '"memoryMiBAfter":128'));
  const { traces } = Replayed.parse(JSON.parse((await replay('--json', '--unverified', path)).out));
  const [proposal] = traces[0]?.decisions ?? [];
  expect(proposal?.wouldBe?.statements.map(({ id }) => id).filter((id) => id.endsWith('-floor'))).toEqual(floors);
});

test.each([
  ['a file that is not there', ['nonesuch.jsonl'], 'this file cannot be read'],
  ['a file that is not a trace', [join(REPOSITORY, 'package.json')], 'this is not a trace event'],
  ['a directory without policies', [HEALED, '--policies', folder], 'there is no .cedar file in it'],
  ['an agent file that is not there', [HEALED, '--agent', 'nonesuch.yaml'], 'this file cannot be read'],
  ['no trace', [], "missing required argument 'traces'"],
])('%s is refused with a sentence', async (_, args, words) => {
  const ran = await replay(...args);
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).toContain(words);
  expect(ran.err).not.toMatch(/^\s+at /m);
});

test('policies that do not compile are refused with file and line', async () => {
  const ran = await replay(HEALED, '--policies', policiesWith('mine.cedar', 'permit ('));
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).toContain('policies/mine.cedar:1:');
});

test('replay --help has examples', async () => {
  expect((await replay('--help')).out).toContain('Examples:\n  checkrein replay incidents/*/trace.jsonl');
});

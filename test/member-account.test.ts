import { beforeAll, describe, expect, test } from 'vitest';
import { JsonObject } from '../lambdas/contracts/json.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { allOf, lastOf } from '../lambdas/kernel/trace/queries.ts';
import { shippedRules } from './lib/shipped.ts';
import { runOnLaptop, type RunResult } from '../local/run.ts';
import { playScenario, readScenario, runOf } from './fixtures/shipped-app.ts';

const HUB = '111111111111';
const MEMBER = '222222222222';
const rules = shippedRules();

/** Plays the scenario with another event, or under other rules. */
const playWith = async (event: JsonObject, inEffect: Rules = rules): Promise<RunResult> => {
  const scenario = await readScenario('member-account');
  return runOnLaptop(runOf({ ...scenario, event: { ...JsonObject.parse(scenario.event), ...event } }, inEffect));
};

describe('an incident of a member account', () => {
  let played: RunResult | undefined;
  beforeAll(async () => {
    played = (await playScenario('member-account', { rules })).result;
  }, 60_000);
  const made = (mutating: boolean) => (played?.calls ?? []).filter((call) => call.mutating === mutating);
  const role = (name: string, session: string): string =>
    `arn:aws:sts::${MEMBER}:assumed-role/checkrein-eu-west-1-${name}/${session}`;

  test('ends healed', () => {
    expect(lastOf(played?.events ?? [], 'incident.closed')?.data.outcome).toBe('healed');
  });

  test('is read by every step under the read role, with the incident as session name', () => {
    const reads = made(false);
    expect(new Set(reads.map(({ principal }) => principal))).toEqual(new Set([role('read', played?.incidentId ?? '')]));
    expect(new Set(reads.map(({ step }) => step))).toEqual(
      new Set(['open', 'observe', 'authorize', 'dry-run', 'apply', 'verify']),
    );
  });

  test('is changed under the change role, and the approved target is in that account', () => {
    expect(made(true).map(({ principal, command, outcome }) => [principal, command, outcome])).toEqual([
      [role('change', `apply-${played?.incidentId ?? ''}`), 'SetDesiredCapacity', 'ok'],
    ]);
    const [plan] = allOf(played?.events ?? [], 'dry-run.finished').flatMap(({ data }) =>
      data.made ? [data.plan] : [],
    );
    expect(plan?.target.account).toBe(MEMBER);
    expect(plan?.facts).toMatchObject({ sameAccount: true, sameRegion: true });
  });
});

describe('the alarm decides which account is read', () => {
  test.each([
    ['of an account that is not a member', '999999999999', 'eu-west-1', 'no member in the settings (`members`)'],
    ['of a member in another Region', MEMBER, 'us-east-1', 'looks after eu-west-1 only'],
  ])('one %s is closed with a reason, and nothing is called', async (_, account, region, says) => {
    const resources = [`arn:aws:cloudwatch:${region}:${account}:alarm:shop-cpu-high`];
    const { events, calls } = await playWith({ account, region, resources });
    expect(calls).toEqual([]);
    expect(lastOf(events, 'incident.refused')?.data).toMatchObject({ outcome: 'unrouted' });
    expect(lastOf(events, 'incident.refused')?.data.reason).toContain(says);
  });

  test('an alarm of the hub never leads to calls in a member account', async () => {
    const resources = [`arn:aws:cloudwatch:eu-west-1:${HUB}:alarm:shop-cpu-high`];
    const { events, calls } = await playWith({ account: HUB, resources });
    expect(calls).toEqual([]);
    expect(allOf(events, 'evidence.gathered').map(({ data }) => data.outcome)).not.toContain('ok');
    expect(lastOf(events, 'incident.closed')?.data.outcome).not.toBe('healed');
  });

  test('text in the event that names other accounts has no effect', async () => {
    const detail = JsonObject.parse(JsonObject.parse((await readScenario('member-account')).event)['detail']);
    const { calls } = await playWith({ detail: { ...detail, account: '333333333333', region: 'us-east-1' } });
    expect(new Set(calls.map(({ principal }) => principal.split(':')[4]))).toEqual(new Set([MEMBER]));
  });
});

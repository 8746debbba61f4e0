import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import type { Rules } from '../../../../lambdas/contracts/rules.ts';
import { agentFor } from '../../../../lambdas/steps/open/intake.ts';
import { rules as alone } from '../../../fixtures/harness.ts';

const HUB = '111111111111';
const MEMBER = '222222222222';
const STRANGER = '999999999999';
const home = { account: HUB, region: 'eu-west-1' };
const members = { hub: HUB, accounts: [MEMBER], externalId: '0f9b4c1e-7a55-4d1e-9a0c-1d2e3f4a5b6c' };
const hub: Rules = { ...alone, settings: { ...alone.settings, members } };

const alarmOf = (account: string, region = 'eu-west-1'): JsonObject => ({
  id: 'e-1',
  source: 'aws.cloudwatch',
  'detail-type': 'CloudWatch Alarm State Change',
  account,
  region,
  time: '2026-11-20T10:00:00Z',
  resources: [`arn:aws:cloudwatch:${region}:${account}:alarm:a`],
  detail: { alarmName: 'a', state: { value: 'ALARM', reason: 'r' }, configuration: { metrics: [] } },
});
const refusal = (event: JsonObject, rules = hub): string => {
  const intake = agentFor(event, rules, home);
  return intake.taken ? 'taken' : intake.reason;
};

describe('an alarm', () => {
  test.each([HUB, MEMBER])('of %s is taken, with its account and Region', (account) => {
    expect(agentFor(alarmOf(account), hub, home)).toMatchObject({
      taken: true,
      subject: { kind: 'alarm', alarm: { account, region: 'eu-west-1' } },
    });
  });

  test('of an account that is not a member is refused, with the reason on the trace', () => {
    expect(refusal(alarmOf(STRANGER))).toBe(
      `The event is not from here. It is in account ${STRANGER}, which is not this one (${HUB}) and no member in config/deployment.ts.`,
    );
  });

  test('of another account is refused while there are no members at all', () => {
    expect(refusal(alarmOf(MEMBER), alone)).toContain(`It is in account ${MEMBER}`);
  });

  test.each([HUB, MEMBER])('of %s in another Region is refused', (account) => {
    expect(refusal(alarmOf(account, 'us-east-1'))).toContain(
      'It is in us-east-1; this deployment looks after eu-west-1 only.',
    );
  });

  test.each([
    ['account', `arn:aws:cloudwatch:eu-west-1:${STRANGER}:alarm:a`],
    ['Region', `arn:aws:cloudwatch:us-east-1:${MEMBER}:alarm:a`],
    ['service', `arn:aws:iam:eu-west-1:${MEMBER}:role/a`],
    ['kind', 'not an ARN'],
  ])('with the ARN of another %s is refused', (_, arn) => {
    const reason = refusal({ ...alarmOf(MEMBER), resources: [arn] });
    expect(reason).toBe(`Alarm a is said to be in ${MEMBER}, eu-west-1, but its ARN is ${arn}.`);
  });
});

describe('an event other than an alarm', () => {
  const everything = {
    ...hub,
    agents: hub.agents.map((agent) => ({ ...agent, takes: { source: [{ exists: true }] } })),
  };
  const plain = (account: string): JsonObject => ({ ...alarmOf(account), source: 'aws.ec2', detail: {} });

  test("is accepted only from Checkrein's own account", () => {
    expect(refusal(plain(HUB), everything)).toBe('taken');
    expect(refusal(plain(MEMBER), everything)).toBe(`Of the member account ${MEMBER} only alarms are taken.`);
    expect(refusal(plain(STRANGER), everything)).toContain('It is in account');
  });
});

import { Cluster } from '../../../../lambdas/contracts/clusters.ts';
import { describe, expect, test } from 'vitest';
import type { EventPattern } from '../../../../lambdas/contracts/agent.ts';
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

test('an agent for a cluster that the settings do not have takes nothing, so that its alarms go to the next agent', () => {
  const event = {
    ...alarmOf(HUB),
    detail: {
      alarmName: 'restarts',
      state: { value: 'ALARM', reason: 'r' },
      configuration: {
        metrics: [
          {
            id: 'm',
            metricStat: {
              metric: { namespace: 'ContainerInsights', name: 'pod_number_of_container_restarts', dimensions: {} },
              period: 60,
              stat: 'Sum',
            },
          },
        ],
      },
    },
  };
  const taker = (rules: Rules): string => {
    const intake = agentFor(event, rules, home);
    return intake.taken ? intake.agent.name : intake.reason;
  };
  expect(taker(hub)).toBe('triage');
  const clusters = [Cluster.parse({ name: 'prod' })];
  expect(taker({ ...hub, settings: { ...hub.settings, clusters } })).toBe('pod-triage');
});

describe('an alarm', () => {
  test.each([HUB, MEMBER])('of %s is taken, with its account and Region', (account) => {
    expect(agentFor(alarmOf(account), hub, home)).toMatchObject({
      taken: true,
      subject: { kind: 'alarm', alarm: { account, region: 'eu-west-1' } },
    });
  });

  test('of an account that is not a member is refused, with the reason on the trace', () => {
    expect(refusal(alarmOf(STRANGER))).toBe(
      `The event is not from here. It is in account ${STRANGER}, which is not this one (${HUB}) and no member in the settings (\`members\`).`,
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

/** The rules of the hub with one agent that takes this. */
const taking = (takes: EventPattern): Rules => ({
  ...hub,
  agents: hub.agents.flatMap((one) => (one.name === 'ec2-responder' ? [{ ...one, takes }] : [])),
});
const custom = (account: string, source = 'shop.checkout'): JsonObject => ({ ...alarmOf(account), source, detail: {} });

describe('an event other than an alarm', () => {
  test('of a member is taken by an agent that names its source, and is about the account of the member', () => {
    expect(agentFor(custom(MEMBER), taking({ source: ['shop.checkout'] }), home)).toMatchObject({
      taken: true,
      subject: { kind: 'event', location: { account: MEMBER, region: 'eu-west-1' } },
    });
  });

  test.each([
    ['without a source', { account: [HUB, MEMBER] }],
    ['with a source that is not a whole name', { source: [{ prefix: 'shop.' }] }],
  ])('is taken of the own account only, under a pattern %s', (_, takes) => {
    expect(refusal(custom(HUB), taking(takes))).toBe('taken');
    expect(refusal(custom(MEMBER), taking(takes))).toBe(
      `The agent ec2-responder takes this event only from its own account, not from the member account ${MEMBER}: takes.source is not a list of whole names, such as [aws.codebuild].`,
    );
    expect(refusal(custom(STRANGER), taking(takes))).toContain('It is in account');
  });

  test.each(['checkrein.schedule', 'checkrein.anything', 'checkrein-like'])(
    'that says it is from %s never opens an incident of another account',
    (source) => {
      expect(refusal(custom(MEMBER, source), taking({ source: [source] }))).toBe(
        `An event of ${source} counts only in Checkrein's own account; this one is of the member account ${MEMBER}.`,
      );
    },
  );
});

describe('a run by the clock', () => {
  const nightly: Rules = { ...hub, agents: hub.agents.map((one) => ({ ...one, every: 'day' })) };
  const run = (agent = 'triage', account = HUB): JsonObject => ({
    ...custom(account, 'checkrein.schedule'),
    'detail-type': 'Schedule',
    resources: [],
    detail: { agent, every: 'day' },
  });

  test('is of the agent that it names, and the next run of this agent has the same key', () => {
    const [first, next, other] = [
      run(),
      { ...run(), id: 'e-2', time: '2026-11-21T10:00:00Z' },
      run('ec2-responder'),
    ].map((event) => agentFor(event, nightly, home));
    expect(first).toMatchObject({
      agent: { name: 'triage' },
      subject: { kind: 'schedule', every: 'day', healing: 'nothing' },
      key: `["${HUB}","eu-west-1","checkrein.schedule","triage"]`,
    });
    expect(next).toMatchObject({ key: first?.taken === true ? first.key : '' });
    expect(other).toMatchObject({ key: `["${HUB}","eu-west-1","checkrein.schedule","ec2-responder"]` });
  });

  test.each([
    ['an agent without `every`', run(), hub, 'No agent "triage" with a schedule (`every`) is in config/agents/.'],
    ['an agent that is not there', run('gone'), nightly, 'No agent "gone" with a schedule'],
    ['no agent', { ...run(), detail: {} }, nightly, 'the name of an agent in detail.agent'],
    ['a member', run('triage', MEMBER), nightly, "counts only in Checkrein's own account"],
  ])('of %s is refused in words', (_, event, rules, says) => {
    expect(refusal(event, rules)).toContain(says);
  });
});

describe('an alarm that took another way', () => {
  const notification = {
    AlarmName: 'cpu-high',
    NewStateValue: 'ALARM',
    NewStateReason: 'Threshold Crossed',
    AWSAccountId: HUB,
    Trigger: { MetricName: 'CPUUtilization', Namespace: 'AWS/EC2' },
  };
  const everything = taking({ source: [{ exists: true }] });

  test.each([
    ['alone', notification],
    ['in the envelope of SNS', { Type: 'Notification', MessageId: 'm', Message: JSON.stringify(notification) }],
    [
      'in the records of a Lambda function',
      { Records: [{ EventSource: 'aws:sns', Sns: { Message: JSON.stringify(notification) } }] },
    ],
    ['as the detail of an event of the team', { ...custom(HUB), detail: notification }],
  ])('as a notification of SNS, %s, is recognised, and the reason says which way to send it', (_, event) => {
    const reason = refusal(event, everything);
    expect(reason).toContain('This is the SNS notification of the CloudWatch alarm "cpu-high".');
    expect(reason).toContain('default event bus');
    expect(reason).toContain('CloudWatch Alarm State Change');
  });

  test('as the input of a Lambda action is recognised too', () => {
    const action = {
      source: 'aws.cloudwatch',
      alarmArn: `arn:aws:cloudwatch:eu-west-1:${HUB}:alarm:cpu-high`,
      accountId: HUB,
      time: '2023-08-04T12:36:15.490+0000',
      region: 'eu-west-1',
      alarmData: { alarmName: 'cpu-high', state: { value: 'ALARM' } },
    };
    expect(refusal(action, everything)).toContain('that the CloudWatch alarm "cpu-high" gives to a Lambda function');
  });
});

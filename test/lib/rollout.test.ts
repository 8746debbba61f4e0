import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { JsonObject } from '../../lambdas/contracts/json.ts';
import { MOMENT_LOST, MomentKind } from '../../lambdas/contracts/moment.ts';
import { APPROVAL_WAITING, EVENT_SOURCE } from '../../lambdas/contracts/approval-waiting.ts';
import { OWN_ALARM } from '../../lambdas/contracts/own-alarms.ts';
import { agentFor } from '../../lambdas/steps/open/intake.ts';
import { synthesize, type Template } from '../../lib/synthesize.ts';
import { shippedRules } from './shipped.ts';

const rules = shippedRules();
const { template, stateMachineDefinition } = synthesize(rules);
const plain = synthesize({ ...rules, settings: { ...rules.settings, rollout: 'all-at-once' } });

type Resource = Template['Resources'][string];
const ofType = (type: string, from: Template = template): [string, Resource][] =>
  Object.entries(from.Resources).filter(([, { Type }]) => Type === type);
const idsOf = (type: string): string[] => ofType(type).map(([id]) => id);
const text = (value: unknown): string => JSON.stringify(value);

/** The doctor's alarm tells nobody of anything: it has a test of its own. */
const monitoring = (from?: Template) =>
  ofType('AWS::CloudWatch::Alarm', from).filter(([id]) => id.startsWith('SelfMonitoring'));
const alarms = new Map(
  monitoring().map(([id, { Properties }]) => [
    id,
    z.looseObject({ AlarmDescription: z.string(), AlarmName: JsonObject }).parse(Properties),
  ]),
);
const alarmId = (name: string): string => [...alarms.keys()].find((id) => id.includes(`Monitoring${name}`)) ?? name;
const ofFunctions = ['approvalpage', 'sendlink', 'steps', 'moments', 'stopped'].map(alarmId);
/** The page starts SendLink, and a step needs the address of the page: each uses the alarms of what it does not come before. */
const alarmsOf = (group: string): string[] => {
  if (group.startsWith('RolloutSendLink')) return ofFunctions.slice(1, 2);
  return group.startsWith('RolloutPage') ? ofFunctions.slice(0, 2) : ofFunctions;
};
const named = (id: string) => ({ Name: { Ref: id } });
const ofFlow = ['executions', 'deadletters'].map(alarmId);

describe('functions', () => {
  test('each function has a version behind the alias live', () => {
    const aliases = ofType('AWS::Lambda::Alias').map(([, { Properties }]) => Properties);
    expect(aliases).toHaveLength(ofType('AWS::Lambda::Function').length);
    for (const alias of aliases) {
      expect(alias).toMatchObject({ Name: 'live' });
      expect(text(alias['FunctionVersion'])).toContain('CurrentVersion');
    }
  });

  test('every caller of a function calls the alias, so a canary gets part of the traffic', () => {
    const functions = new Set(idsOf('AWS::Lambda::Function'));
    const users = ofType('AWS::StepFunctions::StateMachine').concat(
      ofType('AWS::Events::Rule'),
      ofType('AWS::Lambda::Url'),
    );
    for (const id of functions)
      for (const [user, { Properties }] of users)
        // The function URL names the function, with the alias as qualifier.
        if (!user.includes('FunctionUrl')) expect([user, text(Properties).includes(`"${id}"`)]).toEqual([user, false]);
    expect(ofType('AWS::Lambda::Url')[0]?.[1].Properties).toMatchObject({ Qualifier: 'live' });
  });

  test('a new version gets a tenth of the calls for five minutes, and is rolled back by the alarms of all functions', () => {
    const groups = ofType('AWS::CodeDeploy::DeploymentGroup');
    expect(groups).toHaveLength(ofType('AWS::Lambda::Function').length);
    for (const [id, { Properties }] of groups)
      expect(Properties).toMatchObject({
        DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
        AlarmConfiguration: {
          Enabled: true,
          Alarms: alarmsOf(id).map(named),
        },
        AutoRollbackConfiguration: { Enabled: true, Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
      });
    for (const [, { UpdatePolicy }] of ofType('AWS::Lambda::Alias'))
      expect(text(UpdatePolicy)).toMatch(/CodeDeployLambdaAliasUpdate.*Rollout/);
  });
});

describe('state machine', () => {
  const [[versionId] = ['']] = ofType('AWS::StepFunctions::StateMachineVersion');

  test('a new definition is a new version, tried on a tenth of the incidents and rolled back by any alarm', () => {
    expect(template.Resources[versionId]?.Properties).toMatchObject({
      StateMachineRevisionId: { 'Fn::GetAtt': [expect.stringContaining('StateMachine'), 'StateMachineRevisionId'] },
    });
    expect(ofType('AWS::StepFunctions::StateMachineAlias')[0]?.[1].Properties).toMatchObject({
      Name: 'live',
      DeploymentPreference: {
        Type: 'CANARY',
        Percentage: 10,
        Interval: 5,
        StateMachineVersionArn: { Ref: versionId },
        Alarms: [...ofFunctions, ...ofFlow].map((id) => ({ Ref: id })),
      },
    });
  });

  test('new incidents start on the alias, and the intake may start nothing else', () => {
    const [alias] = idsOf('AWS::StepFunctions::StateMachineAlias');
    for (const [, { Properties }] of ofType('AWS::Events::Rule').filter(([id]) => id.startsWith('AlarmIntake')))
      expect(Properties).toMatchObject({ Targets: [{ Arn: { Ref: alias } }] });
    const start = ofType('AWS::IAM::Policy').filter(([, policy]) => text(policy).includes('states:StartExecution'));
    expect(start).toHaveLength(1);
    expect(text(start)).toContain('"Condition":{"ForAnyValue:StringEquals":{"states:StateMachineQualifier":["live"]}}');
  });

  test('the laptop runs the same definition, with or without a rollout', () => {
    expect(plain.stateMachineDefinition).toEqual(stateMachineDefinition);
  });
});

test('without a rollout there is no CodeDeploy and no version of the state machine, but the aliases stay', () => {
  const types = new Set(Object.values(plain.template.Resources).map(({ Type }) => Type));
  expect([...types].filter((type) => /CodeDeploy|StateMachineVersion|StateMachineAlias/.test(type))).toEqual([]);
  const aliases = ofType('AWS::Lambda::Alias', plain.template);
  expect(aliases.map(([id]) => id)).toEqual(idsOf('AWS::Lambda::Alias'));
  for (const [, alias] of aliases) expect(alias).not.toHaveProperty('UpdatePolicy');
});

describe('the harness’s own alarms', () => {
  const runbook = readFileSync(join(import.meta.dirname, '../../docs/operator-runbook.md'), 'utf8');
  const anchors = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );

  test('each has an impact for people and a link to the runbook', () => {
    expect(alarms.size).toBe(8);
    for (const { AlarmDescription } of alarms.values()) {
      const [, impact = '', anchor] = /^(.+\.) See docs\/operator-runbook\.md#(.+)$/.exec(AlarmDescription) ?? [];
      expect(impact.length).toBeGreaterThan(40);
      expect(anchors).toContain(anchor);
    }
  });

  test('they notify the topic on ALARM and on OK, if there is one', () => {
    const ownAlarmsTopicArn = 'arn:aws:sns:eu-west-1:123456789012:pager';
    const paged = synthesize({ ...rules, settings: { ...rules.settings, ownAlarmsTopicArn } }).template;
    for (const [, { Properties }] of monitoring(paged))
      expect(Properties).toMatchObject({ AlarmActions: [ownAlarmsTopicArn], OKActions: [ownAlarmsTopicArn] });
    for (const alarm of alarms.values()) expect(alarm).not.toHaveProperty('AlarmActions');
  });

  test('an event that Stopped failed on waits in a queue that one of them watches', () => {
    const stopped = ofType('AWS::Lambda::Function', template).find(([id]) => id.startsWith('StepsStopped'));
    const queue = /"(SelfMonitoringUndelivered[0-9A-F]{8})"/.exec(text(stopped?.[1].Properties))?.[1];
    expect(text(stopped?.[1].Properties)).toContain(
      `"DeadLetterConfig":{"TargetArn":{"Fn::GetAtt":["${queue ?? '?'}","Arn"]}}`,
    );
    expect([...alarms.values()].filter((alarm) => text(alarm).includes(queue ?? '?'))).toHaveLength(1);
  });

  test('a lost subscription raises one within the hour, and never stops a deployment', () => {
    const lost = [...alarms].find(([, alarm]) => text(alarm).includes('lost-subscriptions'));
    expect(text(lost?.[1])).toContain('StepsSubscriptions');
    expect(lost?.[1]).toMatchObject({ TreatMissingData: 'ignore' });
    expect(text(lost?.[1])).toContain('"Period":3600');
    for (const [, { Properties }] of ofType('AWS::CodeDeploy::DeploymentGroup', template))
      expect(text(Properties)).not.toContain(lost?.[0] ?? '?');
    const [schedule] = ofType('AWS::Events::Rule', template).filter(([id]) => id.startsWith('SchedulesSubscriptions'));
    expect(schedule?.[1].Properties).toMatchObject({ ScheduleExpression: 'rate(30 minutes)', State: 'ENABLED' });
  });

  test('every function is watched by one', () => {
    const watched = text([...alarms.values()]);
    for (const id of idsOf('AWS::Lambda::Function')) expect([id, watched.includes(id)]).toEqual([id, true]);
  });

  test('an alarm adds up ten metrics at most, which is what CloudWatch allows', () => {
    for (const { Metrics } of alarms.values())
      expect(
        z
          .array(z.looseObject({}))
          .parse(Metrics)
          .filter((one) => 'MetricStat' in one).length,
      ).toBeLessThanOrEqual(10);
  });

  test.each([APPROVAL_WAITING, MOMENT_LOST, ...MomentKind.options])(
    'no agent takes %s either, whatever its pattern',
    (type) => {
      const event = {
        version: '0',
        id: 'e-1',
        source: EVENT_SOURCE,
        'detail-type': type,
        account: '123456789012',
        region: 'eu-west-1',
        time: '2026-11-20T09:26:12Z',
        resources: [],
        detail: {},
      };
      const agents = rules.agents.map((agent) => ({ ...agent, takes: { account: ['123456789012'] } }));
      const home = { account: '123456789012', region: 'eu-west-1' };
      expect(agentFor({ ...event, source: 'shop.checkout' }, { ...rules, agents }, home)).toMatchObject({
        taken: true,
      });
      const intake = agentFor(event, { ...rules, agents }, home);
      expect(intake.taken ? '' : intake.reason).toBe(
        `${type} is an event of the harness itself. No agent takes those.`,
      );
    },
  );

  test('no agent takes one, so a failing agent cannot start more incidents', () => {
    for (const { AlarmName } of alarms.values()) expect(text(AlarmName)).toContain(OWN_ALARM);
    const event = z
      .record(z.string(), z.unknown())
      .parse(
        JSON.parse(readFileSync(join(import.meta.dirname, '../../scenarios/undersized-instance/event.json'), 'utf8')),
      );
    const detail = z.record(z.string(), z.unknown()).parse(event['detail']);
    const HOME = { account: '123456789012', region: 'eu-west-1' };
    expect(agentFor(event, rules, HOME)).toMatchObject({ taken: true });
    const own = { ...event, detail: { ...detail, alarmName: `${OWN_ALARM}Checkrein-steps` } };
    const intake = agentFor(own, rules, HOME);
    expect(intake.taken ? '' : intake.reason).toContain('alarm of the harness itself');
  });
});

test('the template has no dependency cycle, with or without a rollout', () => {
  for (const { Resources } of [template, plain.template]) {
    const needs = new Map(
      Object.entries(Resources).map(([id, resource]) => [
        id,
        Object.keys(Resources).filter((other) => other !== id && text(resource).includes(`"${other}"`)),
      ]),
    );
    // Removes resources whose dependencies are gone, until none can be removed.
    for (let ready = ['']; ready.length > 0;) {
      ready = [...needs].filter(([, others]) => !others.some((other) => needs.has(other))).map(([id]) => id);
      for (const id of ready) needs.delete(id);
    }
    expect([...needs.keys()]).toEqual([]);
  }
});

import { takingAgents } from '../../lambdas/kernel/policy/rules/clusters.ts';
import * as z from 'zod';
import { expect, test } from 'vitest';
import { ENV } from '../../lambdas/contracts/env.ts';
import { doctorAlarmOf } from '../../lambdas/contracts/own-alarms.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { shippedRules } from './shipped.ts';

const rules = shippedRules();
const ownAlarmsTopicArn = 'arn:aws:sns:eu-west-1:123456789012:pager';
const { template } = synthesize({ ...rules, settings: { ...rules.settings, rollout: 'canary', ownAlarmsTopicArn } });
const text = (value: unknown): string => JSON.stringify(value);
const ofType = (type: string) => Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
const [alarmId = '', alarm] = ofType('AWS::CloudWatch::Alarm').find(([id]) => id.startsWith('DoctorAlarm')) ?? [];
const arn = { 'Fn::GetAtt': [alarmId, 'Arn'] };

test('the alarm of the doctor never goes off by itself, calls nobody, and stops no deployment', () => {
  expect(alarm?.Properties).toMatchObject({
    AlarmName: {
      'Fn::Join': [
        '',
        doctorAlarmOf('|')
          .split('|')
          .flatMap((part, n) => (n === 0 ? [part, { Ref: 'AWS::StackName' }] : [part])),
      ],
    },
    Namespace: 'Checkrein',
    MetricName: 'NeverPublished',
    TreatMissingData: 'notBreaching',
  });
  for (const actions of ['AlarmActions', 'OKActions', 'InsufficientDataActions'])
    expect(alarm?.Properties).not.toHaveProperty(actions);
  for (const type of ['AWS::CodeDeploy::DeploymentGroup', 'AWS::StepFunctions::StateMachineAlias'])
    for (const [, one] of ofType(type)) expect(text(one)).not.toContain(alarmId);
});

test('its rule matches this one alarm by its ARN, and leads to the flow as the rules of agents do', () => {
  const targetOf = z.object({ Targets: z.array(z.unknown()).length(1) });
  const intake = ofType('AWS::Events::Rule').filter(([id]) => id.startsWith('AlarmIntake'));
  const doctors = intake.filter(([, { Properties }]) => text(Properties).includes(alarmId));
  expect(doctors.map(([, { Properties }]) => Properties['EventPattern'])).toEqual([
    {
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
      resources: [arn],
      detail: { state: { value: ['ALARM'] } },
    },
  ]);
  const targets = intake.map(([, { Properties }]) => text(targetOf.parse(Properties).Targets));
  expect([intake.length, new Set(targets).size]).toEqual([takingAgents(rules).length + 2, 1]);
  const [queue] = ofType('AWS::SQS::QueuePolicy').filter(([id]) => id.startsWith('AlarmIntake'));
  expect(text(queue)).toContain(String(doctors[0]?.[0]));
});

test('only Open knows its ARN, and no role of the stack may raise it', () => {
  const knowing = ofType('AWS::Lambda::Function').filter(([, one]) => text(one).includes(ENV.doctorAlarm));
  expect(knowing.map(([id]) => id.slice(0, 9))).toEqual(['StepsOpen']);
  expect(text(knowing)).toContain(text({ [ENV.doctorAlarm]: arn }).slice(1, -1));
  expect(text(template)).not.toContain('SetAlarmState');
});

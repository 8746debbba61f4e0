import { describe, expect, test } from 'vitest';
import { EXAMPLE_ALARM } from '../../../../lambdas/kernel/model/first-look.ts';
import { subjectOf } from '../../../../lambdas/kernel/trace/subject.ts';
import { alarmSubject, openingWith, subjectFor } from '../../../fixtures/subjects.ts';

describe('the subject of an incident', () => {
  test('that an alarm opened is where the alarm is, and the alarm says whether it healed', () => {
    expect(alarmSubject(EXAMPLE_ALARM)).toMatchObject({
      kind: 'alarm',
      title: 'cpu-high',
      location: { account: '111122223333', region: 'eu-west-1' },
      cause: EXAMPLE_ALARM.reason,
      healedBy: 'alarm',
      link: 'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/cpu-high',
    });
  });

  test('has no link into a Region whose name could lead elsewhere', () => {
    expect(alarmSubject({ ...EXAMPLE_ALARM, region: 'evil.example/' }).link).toBeNull();
  });

  test('without an alarm is healed by nothing that a machine can see', () => {
    expect(subjectFor()).toMatchObject({ kind: 'event', alarm: null, healedBy: 'nothing' });
  });
});

describe('an opening of an earlier version', () => {
  const former = { ...openingWith(), subject: undefined };

  test('with an alarm reads as that alarm', () => {
    const opening = { data: { ...former, alarm: EXAMPLE_ALARM } };
    expect(subjectOf(opening)).toEqual({ ...alarmSubject(EXAMPLE_ALARM) });
  });

  test('without an alarm is about the type of its event, nowhere in particular', () => {
    const opening = { data: { ...former, alarm: null, detailType: 'CodeBuild Build State Change' } };
    expect(subjectOf(opening)).toMatchObject({ title: 'CodeBuild Build State Change', location: null });
  });
});

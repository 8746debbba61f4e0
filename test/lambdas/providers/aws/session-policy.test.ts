import { expect, test } from 'vitest';
import { changeSessionPolicy, readSessionPolicy } from '../../../../lambdas/providers/aws/session-policy.ts';
import { actionOf, type AwsCall, ofAws } from '../../../../lambdas/contracts/tool.ts';
import { OPEN_READS, VERIFY_READS } from '../../../../lambdas/contracts/step-reads.ts';
import { CATALOGUE } from '../../../../lambdas/tools/catalogue.ts';

const targetArn = 'arn:aws:ec2:eu-central-1:111122223333:instance/i-0abc';
const reboot: AwsCall = { service: 'ec2', command: 'RebootInstances', scope: 'target' };
const status: AwsCall = { service: 'ec2', command: 'DescribeInstanceStatus', scope: 'any' };
const scope = { calls: [reboot, status], targetArn };

test('a session may make only its calls, and only on its target if IAM can narrow them', () => {
  expect(JSON.parse(changeSessionPolicy(scope))).toEqual({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['ec2:RebootInstances'], Resource: targetArn },
      { Effect: 'Allow', Action: ['ec2:DescribeInstanceStatus'], Resource: '*' },
    ],
  });
});

test('a call whose IAM action has another name is granted under that name, once', () => {
  const twice: AwsCall = { ...reboot, command: 'RebootAll', action: 'ec2:RebootInstances' };
  const policy: unknown = JSON.parse(changeSessionPolicy({ ...scope, calls: [reboot, twice] }));
  expect(policy).toMatchObject({ Statement: [{ Action: ['ec2:RebootInstances'] }] });
});

test.each([
  '*',
  'arn:aws:ec2:eu-central-1:111122223333:instance/*',
  `${targetArn}?`,
  `x${targetArn}`,
  'i-0abc',
  '',
  'arn:aws:s3:::${aws:username}',
])('the target %j, which is not one resource, is refused', (wide) => {
  expect(() => changeSessionPolicy({ ...scope, targetArn: wide })).toThrow('is not the ARN of one resource');
});

test('a scope without calls is refused, because STS would grant the whole role', () => {
  expect(() => changeSessionPolicy({ ...scope, calls: [] })).toThrow('without any AWS call');
});

test('a policy longer than the STS limit is refused', () => {
  const calls = Array.from({ length: 60 }, (_, n): AwsCall => ({
    ...reboot,
    command: `SomeRatherLongNamedCommand${n}`,
  }));
  expect(() => changeSessionPolicy({ ...scope, calls })).toThrow(/has \d+ characters; STS takes 2048/);
});

test('a key grant may be created only by AWS, on behalf of the call that needs it', () => {
  const start: AwsCall = { service: 'ec2', command: 'StartInstances', scope: 'target', onBehalf: ['kms:CreateGrant'] };
  const policy: unknown = JSON.parse(changeSessionPolicy({ ...scope, calls: [start] }));
  expect(policy).toMatchObject({
    Statement: [
      { Action: ['ec2:StartInstances'] },
      { Action: 'kms:CreateGrant', Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } } },
    ],
  });
});

test('a read session allows the reads of its tool, and those of every tool fit', () => {
  for (const reads of [OPEN_READS, VERIFY_READS, ...ofAws(CATALOGUE.manifests).map((manifest) => manifest.reads)])
    expect(JSON.parse(readSessionPolicy(reads))).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: [...new Set(reads.map(actionOf))].sort(), Resource: '*' }],
    });
  expect(() => readSessionPolicy([])).toThrow('without any AWS call');
});

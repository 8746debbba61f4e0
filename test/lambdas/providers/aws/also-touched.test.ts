import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import type { AwsCall, AwsChangeManifest } from '../../../../lambdas/contracts/tool.ts';
import { changePermissions, passRolePermissions } from '../../../../lambdas/providers/aws/permissions.ts';
import { changeSessionPolicy } from '../../../../lambdas/providers/aws/session-policy.ts';

const ALIAS = 'arn:aws:ec2:${region}:${account}:launch-template/*';
const ROLE = 'arn:aws:iam::${account}:role/service/checkout-*';
const start: AwsCall = {
  service: 'autoscaling',
  command: 'StartInstanceRefresh',
  scope: 'target',
  touches: [ALIAS],
  passesRole: { arn: ROLE, service: 'ec2.amazonaws.com' },
};
const cancel: AwsCall = { service: 'autoscaling', command: 'CancelInstanceRefresh', scope: 'target' };
const manifest: AwsChangeManifest = {
  kind: 'change',
  name: 'refresh_instances',
  description: 'Replaces the instances of a group.',
  input: z.strictObject({}),
  reads: [],
  changes: [start, cancel],
  targetKind: 'auto-scaling-group',
  targetArn: 'arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*',
  capacity: 'none',
  facts: [],
  repeatable: true,
  stabilizeSeconds: 60,
};

const targetArn = 'arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/web';
const template = 'arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-1';
const role = 'arn:aws:iam::111122223333:role/service/checkout-web';
const policyWith = (also: { refs: string[]; role?: string }): unknown =>
  JSON.parse(changeSessionPolicy({ calls: manifest.changes, targetArn, also }));

test('the change role may touch what a call lists besides its target, with that call only', () => {
  const conditions = { StringEquals: { 'aws:RequestedRegion': '${region}' } };
  expect(changePermissions([manifest])).toEqual([
    {
      actions: ['autoscaling:CancelInstanceRefresh', 'autoscaling:StartInstanceRefresh'],
      resources: [manifest.targetArn.replace('arn:aws:', 'arn:${partition}:')],
      conditions,
    },
    {
      actions: ['autoscaling:StartInstanceRefresh'],
      resources: [ALIAS.replace('arn:aws:', 'arn:${partition}:')],
      conditions,
    },
  ]);
});

test('the change role may pass only the roles of a pattern, and only to one service', () => {
  expect(passRolePermissions([manifest])).toEqual([
    {
      actions: ['iam:PassRole'],
      resources: [ROLE.replace('arn:aws:', 'arn:${partition}:')],
      conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    },
  ]);
  expect(passRolePermissions([{ ...manifest, changes: [cancel] }])).toEqual([]);
});

describe('the session of a change', () => {
  test('may touch by name what the change touches, and pass one role', () => {
    expect(policyWith({ refs: [template], role })).toMatchObject({
      Statement: [
        { Action: ['autoscaling:StartInstanceRefresh', 'autoscaling:CancelInstanceRefresh'], Resource: targetArn },
        { Action: ['autoscaling:StartInstanceRefresh'], Resource: [template] },
        {
          Action: 'iam:PassRole',
          Resource: role,
          Condition: { StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com'] } },
        },
      ],
    });
  });

  test('passes no role if the change names none', () => {
    expect(JSON.stringify(policyWith({ refs: [template] }))).not.toContain('PassRole');
  });

  test.each([
    ['a wildcard', template.replace('lt-1', '*')],
    ['a placeholder', ALIAS],
    ['another account', template.replace('111122223333', '999999999999')],
    ['another Region', template.replace('eu-west-1', 'us-east-1')],
    ['what no pattern lists', 'arn:aws:ec2:eu-west-1:111122223333:instance/i-1'],
  ])('never touches %s', (_name, arn) => {
    expect(() => policyWith({ refs: [arn] })).toThrow(/not the ARN of one resource|its manifest does not list/);
  });

  test.each([
    ['of another account', role.replace('111122223333', '999999999999')],
    ['of another name', role.replace('checkout', 'admin')],
    ['with a wildcard', role.replace('web', '*')],
  ])('never passes a role %s', (_name, arn) => {
    expect(() => policyWith({ refs: [], role: arn })).toThrow(/not the ARN of one resource|its manifest does not list/);
  });
});

import { expect, test } from 'vitest';
import { aws } from '../../../../lambdas/providers/aws/provider.ts';

const INSTANCE = 'arn:aws:ec2:eu-west-1:123456789012:instance/i-0a';
const GROUP = 'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:0a:autoScalingGroupName/my web tier';

test.each([INSTANCE, GROUP])('%s names one target', (ref) => {
  expect(aws.isRef(ref)).toBe(true);
});

test.each([
  '',
  'arn:aws:ec2:eu-west-1:123456789012:instance/*',
  `${INSTANCE}\n`,
  `${INSTANCE} `,
  `${INSTANCE}\u0000x`,
  `${INSTANCE}\n${INSTANCE}`,
  `${INSTANCE}\${aws:username}`,
  'k8s://cluster/namespace/pod/web',
])('%j names no target: a second name of one would have a lease and a cooldown of its own', (ref) => {
  expect(aws.isRef(ref)).toBe(false);
});

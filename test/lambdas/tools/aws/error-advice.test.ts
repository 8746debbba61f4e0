import { expect, test } from 'vitest';
import { adviceOn } from '../../../../lambdas/tools/aws/error-advice.ts';

test.each([
  ['IncorrectInstanceState', "The instance 'i-1' is not in a state from which it can be stopped."],
  ['ScalingActivityInProgress', 'Activity 1 is in progress.'],
  ['ResourceContention', 'You already have a pending update to this resource.'],
  ['ConflictException', 'Another request is being processed.'],
  ['LimitExceededException', 'Too many queries.'],
])('%s is a matter of waiting, not of permission', (code, message) => {
  expect(adviceOn(code, message)).toMatch(/[Ww]ait|later/);
  expect(adviceOn(code, message)).not.toContain('permission');
});

test.each([
  [
    'UnauthorizedOperation',
    'You are not authorized to perform this operation. Encoded authorization failure message: aGVsbG8',
  ],
  [
    'UnauthorizedOperation',
    'arn:aws:sts::1:assumed-role/x may not ec2:StopInstances on *: a policy denies it explicitly.',
  ],
  ['AccessDenied', 'User: x is not authorized to perform: cloudwatch:DescribeAlarms'],
  ['AccessDeniedException', 'Access denied'],
  ['ValidationError', 'You are not authorized to use launch template: lt-1'],
])('%s that is about permission says that only a human can change it', (code, message) => {
  expect(adviceOn(code, message)).toContain('Only a human can change its permissions');
});

test.each([
  ['AccessDeniedException', 'This operation is not supported in this Region.'],
  ['AccessDenied', 'The account is suspended.'],
  [
    'OperationNotPermitted',
    "The instance 'i-1' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.",
  ],
  ['UnsupportedOperation', 'The permission model is not supported.'],
])('%s that is not about permission gives no advice about permissions', (code, message) => {
  expect(adviceOn(code, message) ?? '').not.toContain('permissions');
});

test('a name that AWS does not know is a matter of the evidence', () => {
  expect(adviceOn('ResourceNotFoundException', 'The provided project does not exist')).toMatch(/Check its name/);
});

import { LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { lambdaLinkRequests } from '../../../../lambdas/adapters/aws/link-requests.ts';
import { FakeAws, json, jsonError } from '../../../fakes/fake-aws.ts';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:SendLink:live';
const REQUEST = { requestId: 'send-link-1', approvalId: `approval-${'0'.repeat(32)}`, approver: 'ana@example.com' };
const request = (aws: FakeAws) =>
  lambdaLinkRequests(ARN, new LambdaClient({ ...aws.connection, maxAttempts: 1 })).request(REQUEST);

test('a request is handed to the queue of the function, and nobody waits for what comes of it', async () => {
  const aws = new FakeAws(json({}));
  await request(aws);
  expect(JSON.parse(aws.request.body)).toEqual(REQUEST);
  expect(aws.request.headers['x-amz-invocation-type']).toBe('Event');
});

test('a Lambda that throttles is an error that says so', async () => {
  await expect(request(new FakeAws(jsonError('TooManyRequestsException', 'Rate exceeded')))).rejects.toThrow(
    'lambda:Invoke',
  );
});

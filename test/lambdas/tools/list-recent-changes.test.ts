import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { manifest } from '../../../lambdas/tools/list-recent-changes/manifest.ts';
import { tool } from '../../../lambdas/tools/list-recent-changes/tool.ts';
import { observing } from './context.ts';

const event = (name: string, detail: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  EventId: 'e-1',
  EventName: name,
  EventTime: '2026-11-02T01:55:00.000Z',
  EventSource: 'ec2.amazonaws.com',
  Username: 'ana',
  ReadOnly: 'false',
  CloudTrailEvent: JSON.stringify({
    sourceIPAddress: '203.0.113.9',
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/ana' },
    ...detail,
  }),
  ...more,
});

const run = async (...pages: JsonObject[]) => {
  const context = observing(manifest);
  context.cloud.answers('cloudtrail', 'LookupEvents', ...pages);
  return { text: await tool.run({ resource: 'i-0123456789abcdef0', hours: 6 }, context), ...context };
};

test('a change is listed with who, what, when, from where, and whether it failed', async () => {
  const { text } = await run({
    Events: [
      event('ModifyInstanceAttribute', { requestParameters: { instanceType: { value: 't3.small' } } }),
      event('StopInstances', { errorCode: 'Client.UnauthorizedOperation', errorMessage: 'You are not authorized.' }),
    ],
  });
  expect(text).toBe(
    [
      '2026-11-02 01:55:00 UTC ec2:ModifyInstanceAttribute by arn:aws:iam::123456789012:user/ana from 203.0.113.9 {"instanceType":{"value":"t3.small"}}',
      '  is the newest of 2 changes to i-0123456789abcdef0 from 2026-11-01 20:14:00 UTC to 2026-11-02 02:14:00 UTC; before it:',
      '2026-11-02 01:55:00 UTC ec2:StopInstances by arn:aws:iam::123456789012:user/ana from 203.0.113.9 FAILED Client.UnauthorizedOperation: You are not authorized.',
    ].join('\n'),
  );
});

test('reads are left out, and an empty answer warns of late events', async () => {
  const { text } = await run({ Events: [event('DescribeInstances', {}, { ReadOnly: 'true' })] });
  expect(text).toMatch(/^CloudTrail has no changes to .* Events of the last 15 minutes may still be missing\.$/);
});

test('pages are read slowly up to a limit, and the answer says that there are more', async () => {
  const { text, cloud, clock } = await run({ Events: [event('RebootInstances')], NextToken: 'more' });
  expect(text).toContain('(only the newest 4 events were read)');
  expect(cloud.requests).toHaveLength(4);
  expect(cloud.inputsOf('LookupEvents')[1]).toMatchObject({
    LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: 'i-0123456789abcdef0' }],
    StartTime: '2026-11-01T20:14:00.000Z',
    NextToken: 'more',
  });
  expect(clock.sleptSeconds).toBe(1.5);
});

test('an event that is not JSON is an error with the reason', async () => {
  await expect(run({ Events: [event('X', {}, { CloudTrailEvent: 'oops' })] })).rejects.toThrow('expected JSON');
});

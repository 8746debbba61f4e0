import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { uuid } from '../uuid.ts';
import { simulatedCommand, iso, nextToken, paginated, Time, type Command } from '../command.ts';
import type { TrailEntry, State } from '../state.ts';

const Key = z.enum([
  'EventId',
  'EventName',
  'ReadOnly',
  'Username',
  'ResourceType',
  'ResourceName',
  'EventSource',
  'AccessKeyId',
]);

/** CloudTrail, as far as the tools use it. It sees what the world file says, and what is changed here. */
export const cloudtrail: Record<'LookupEvents', Command> = {
  LookupEvents: simulatedCommand(
    'cloudtrail:LookupEvents',
    z.strictObject({
      LookupAttributes: z.array(z.strictObject({ AttributeKey: Key, AttributeValue: z.string() })).default([]),
      StartTime: Time.optional(),
      EndTime: Time.optional(),
      MaxResults: z.int().optional(),
      NextToken: z.string().optional(),
    }),
    (
      {
        LookupAttributes: attributes,
        StartTime: from = 0,
        EndTime: to = Infinity,
        MaxResults: size = 50,
        NextToken: token,
      },
      state,
    ) => {
      if (attributes.length > 1)
        throw new CloudError('InvalidLookupAttributesException', 'You can only specify one lookup attribute.');
      if (size > 50) throw new CloudError('InvalidMaxResultsException', 'MaxResults must be from 1 to 50.');
      const wanted = state.trail
        .filter((event) => event.at >= from && event.at <= to)
        .filter((event) => attributes.every((one) => has(event, one.AttributeKey, one.AttributeValue)))
        .toSorted((a, b) => b.at - a.at);
      const { items, next } = paginated(wanted, size, token);
      return { Events: items.map((event) => describe(event, state)), ...nextToken(next) };
    },
  ),
};

const idOf = (event: TrailEntry): string => uuid(`${event.event}${event.at}${event.user}`);

const has = (event: TrailEntry, key: z.infer<typeof Key>, value: string): boolean => {
  switch (key) {
    case 'EventId':
      return idOf(event) === value;
    case 'EventName':
      return event.event === value;
    case 'EventSource':
      return event.source === value;
    case 'Username':
      return event.user === value;
    case 'ReadOnly':
      return value === 'false';
    case 'ResourceName':
      return event.resources.some((resource) => resource.name === value);
    case 'ResourceType':
      return event.resources.some((resource) => resource.type === value);
    case 'AccessKeyId':
      return false;
  }
};

const describe = (event: TrailEntry, { world }: State) => ({
  EventId: idOf(event),
  EventName: event.event,
  ReadOnly: 'false',
  EventTime: iso(event.at),
  EventSource: event.source,
  Username: event.user,
  Resources: event.resources.map(({ type, name }) => ({ ResourceType: type, ResourceName: name })),
  CloudTrailEvent: JSON.stringify({
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      accountId: world.account,
      arn: `arn:aws:sts::${world.account}:assumed-role/${event.user}/session`,
    },
    sourceIPAddress: '203.0.113.24',
    eventTime: iso(event.at).replace(/\.\d+Z$/, 'Z'),
    eventSource: event.source,
    eventName: event.event,
    awsRegion: world.region,
    requestParameters: event.request,
    readOnly: false,
    eventID: idOf(event),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: world.account,
  }),
});

import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { uuid } from '../uuid.ts';
import { simulatedCommand, iso, paginated, Time, type Command } from '../command.ts';
import type { TrailEntry, State } from '../state.ts';

/** CloudTrail, as far as the tools use it. It has the events of the world file and the changes made here. */
export const cloudtrail: Record<'LookupEvents', Command> = {
  LookupEvents: simulatedCommand(
    'cloudtrail:LookupEvents',
    z.strictObject({
      LookupAttributes: z
        .array(z.strictObject({ AttributeKey: z.literal('ResourceName'), AttributeValue: z.string() }))
        .length(1),
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
      if (size > 50) throw new CloudError('InvalidMaxResultsException', 'MaxResults must be from 1 to 50.');
      const wanted = state.trail
        .filter((event) => event.at >= from && event.at <= to)
        .filter((event) => attributes.every((one) => event.resources.some(({ name }) => name === one.AttributeValue)))
        .toSorted((a, b) => b.at - a.at);
      const { items, ...more } = paginated(wanted, size, token);
      return { Events: items.map((event) => describe(event, state)), ...more };
    },
  ),
};

const idOf = (event: TrailEntry): string => uuid(`${event.event}${event.at}${event.user}`);

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

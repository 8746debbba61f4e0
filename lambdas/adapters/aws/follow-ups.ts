import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { FOLLOW_UP_DUE, FOLLOW_UP_SOURCE, FollowUp } from '../../contracts/follow-up.ts';
import type { FailedFollowUp, FollowUps } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';

/** Entries that one call of PutEvents takes. */
const BATCH = 10;
/** So often an entry is sent that the bus rejects; after that the step is retried. */
const ATTEMPTS = 3;

/** Puts follow-ups on the default event bus of the account. */
export const busFollowUps = (client = new EventBridgeClient(CONNECTION)): FollowUps => ({
  raise: async (followUps) => {
    const failed: FailedFollowUp[] = [];
    for (let at = 0; at < followUps.length; at += BATCH) {
      let rest: readonly FailedFollowUp[] = followUps.slice(at, at + BATCH).map(unsent);
      for (let attempt = 0; attempt < ATTEMPTS && rest.length > 0; attempt += 1)
        rest = await put(
          client,
          rest.map(({ followUp }) => followUp),
        );
      failed.push(...rest);
    }
    return failed;
  },
});

const unsent = (followUp: FollowUp): FailedFollowUp => ({ followUp, reason: 'It was not sent.' });

const entryOf = (followUp: FollowUp) => ({
  Source: FOLLOW_UP_SOURCE,
  DetailType: FOLLOW_UP_DUE,
  Detail: JSON.stringify(FollowUp.parse(followUp)),
});

/** Sends at most ten. An entry that the bus rejects is no error of the call. */
const put = async (client: EventBridgeClient, followUps: readonly FollowUp[]): Promise<FailedFollowUp[]> => {
  try {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: followUps.map(entryOf) }));
    return followUps.flatMap((followUp, at) => {
      const { EventId, ErrorCode = 'unknown', ErrorMessage = '' } = Entries[at] ?? {};
      return EventId === undefined ? [{ followUp, reason: `events:PutEvents: ${ErrorCode} ${ErrorMessage}` }] : [];
    });
  } catch (error) {
    const reason = `events:PutEvents: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error'}`;
    return followUps.map((followUp) => ({ followUp, reason }));
  }
};

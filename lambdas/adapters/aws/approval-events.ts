import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { APPROVAL_WAITING, ApprovalWaiting, EVENT_SOURCE } from '../../contracts/approval-waiting.ts';
import { CloudError } from '../../contracts/errors.ts';
import type { ApprovalEvents } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';
import { translateAwsError } from './errors.ts';

const ACTION = 'events:PutEvents';

/** Puts events on the default event bus of the account. */
export const busApprovalEvents = (client = new EventBridgeClient(CONNECTION)): ApprovalEvents => ({
  waiting: async (event) => {
    const Detail = JSON.stringify(ApprovalWaiting.parse(event));
    const entry = { Source: EVENT_SOURCE, DetailType: APPROVAL_WAITING, Resources: [event.target.ref], Detail };
    const { FailedEntryCount = 0, Entries = [] } = await client
      .send(new PutEventsCommand({ Entries: [entry] }))
      .catch((error: unknown) => {
        throw translateAwsError(ACTION, error);
      });
    // An entry that the bus rejects is no error of the call.
    const { ErrorCode = 'unknown', ErrorMessage = '' } = Entries[0] ?? {};
    if (FailedEntryCount > 0) throw new CloudError(ErrorCode, `${ACTION}: ${ErrorMessage}`);
  },
});

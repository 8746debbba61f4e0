import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { BusEntry, EventBus } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';

/** Entries that one call of PutEvents takes, and their bytes: EventBridge takes 1 MB, and what surrounds an entry counts too. */
const BATCH = 10;
const BATCH_BYTES = 900 * 1024;
/** So often an entry is sent that the bus rejects; what comes of it then is for the caller. */
const ATTEMPTS = 3;

/** The default event bus of the account. */
export const defaultEventBus = (client = new EventBridgeClient(CONNECTION)): EventBus => ({
  put: async (entries) => {
    const reasons: (string | undefined)[] = entries.map(() => 'It was not sent.');
    for (const batch of batchesOf(entries)) {
      let rest = batch;
      for (let attempt = 0; attempt < ATTEMPTS && rest.length > 0; attempt += 1) {
        const answers = await putBatch(
          client,
          rest.map(({ entry }) => entry),
        );
        for (const [index, { at }] of rest.entries()) reasons[at] = answers[index];
        rest = rest.filter(({ at }) => reasons[at] !== undefined);
      }
    }
    return reasons;
  },
});

interface Placed {
  readonly at: number;
  readonly entry: BusEntry;
}

const batchesOf = (entries: readonly BusEntry[]): Placed[][] => {
  const batches: Placed[][] = [];
  let bytes = 0;
  for (const [at, entry] of entries.entries()) {
    const size = Buffer.byteLength(JSON.stringify(entry));
    const last = batches.at(-1);
    if (last === undefined || last.length === BATCH || bytes + size > BATCH_BYTES) {
      batches.push([{ at, entry }]);
      bytes = size;
    } else {
      last.push({ at, entry });
      bytes += size;
    }
  }
  return batches;
};

const sdkEntryOf = ({ source, detailType, resources, detail }: BusEntry) => ({
  Source: source,
  DetailType: detailType,
  Resources: [...resources],
  Detail: JSON.stringify(detail),
});

/** Sends at most ten. An entry that the bus rejects is no error of the call. */
const putBatch = async (
  client: EventBridgeClient,
  entries: readonly BusEntry[],
): Promise<readonly (string | undefined)[]> => {
  try {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: entries.map(sdkEntryOf) }));
    return entries.map((_, at) => {
      const { EventId, ErrorCode = 'unknown', ErrorMessage = '' } = Entries[at] ?? {};
      return EventId === undefined ? `events:PutEvents: ${ErrorCode} ${ErrorMessage}` : undefined;
    });
  } catch (error) {
    const reason = `events:PutEvents: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error'}`;
    return entries.map(() => reason);
  }
};

import * as z from 'zod';
import { contractBroken } from '../../contracts/errors.ts';
import { FAMILY } from '../../contracts/ledger-keys.ts';

const Text = z.object({ S: z.string() });

const StreamEvent = z.object({
  Records: z.array(
    z.object({
      eventSource: z.literal('aws:dynamodb'),
      eventName: z.string(),
      dynamodb: z.looseObject({ SequenceNumber: z.string(), Keys: z.unknown() }),
    }),
  ),
});
const Keys = z.object({ pk: Text, sk: Text });

/** A record of the ledger's stream. */
export interface LedgerRecord {
  /** What Lambda knows it by. */
  readonly sequenceNumber: string;
  /** The trace events that it says were written; empty if it says none. */
  readonly written: readonly WrittenEvent[];
}

/** A trace event that was written. It is read from the ledger itself. */
export interface WrittenEvent {
  readonly incidentId: string;
  readonly seq: number;
}

/** The records of an invocation, in order. Throws if it is none of the ledger's stream. */
export const recordsOf = (event: unknown): LedgerRecord[] => {
  const stream = StreamEvent.safeParse(event);
  if (!stream.success) throw contractBroken(`This is not an event of a DynamoDB stream: ${stream.error.message}`);
  return stream.data.Records.map(({ eventName, dynamodb }) => ({
    sequenceNumber: dynamodb.SequenceNumber,
    written: eventName === 'INSERT' ? writtenIn(dynamodb.Keys) : [],
  }));
};

const PARTITION = `${FAMILY.incident}#`;
const POSITION = /^event#(\d{1,15})$/;

/** The events in an item, by its keys. The one place that knows how items hold events. */
const writtenIn = (keys: unknown): WrittenEvent[] => {
  const { pk, sk } = Keys.safeParse(keys).data ?? {};
  const [, seq] = POSITION.exec(sk?.S ?? '') ?? [];
  if (pk === undefined || seq === undefined || !pk.S.startsWith(PARTITION)) return [];
  return [{ incidentId: pk.S.slice(PARTITION.length), seq: Number(seq) }];
};

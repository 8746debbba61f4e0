import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ERROR } from '../../contracts/error-names.ts';
import { isTraceEvent, type TraceEvent } from '../../contracts/events.ts';
import { FAMILY } from '../../contracts/ledger-keys.ts';
import { StepError } from '../../contracts/errors.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import type { Ledger } from '../../contracts/ports.ts';
import type { Item } from './attributes.ts';
import { ledgerRows } from './ledger-rows.ts';
import { epochSeconds, ledgerTable } from './ledger-table.ts';

/**
 * The ledger on DynamoDB: string keys `pk` and `sk`, TTL attribute `ttl`. A trace event is the item
 * `incident#<id>` / `event#<seq>`, whose `line` is the event's canonical JSON. `kind` and `hash` are copied out of it for
 * people who read the table, and `write` is the id of the call that wrote it. Events expire `retentionDays` after they
 * were recorded.
 */
export const dynamoLedger = (client: DynamoDBClient, tableName: string, retentionDays: number): Ledger => {
  const table = ledgerTable(client, tableName);
  return {
    ...ledgerRows(table, retentionDays),

    append: async (event) => {
      const write = randomUUID();
      const item = { ...itemOf(event, retentionDays), write: { S: write } };
      if (await table.put(item, { ConditionExpression: 'attribute_not_exists(pk)' })) return 'appended';
      // Ours if the SDK repeated a request whose response was lost. Comparing hashes is not enough: two concurrent runs
      // of a step can write the same event in the same millisecond, and only one of them may go on to act on it.
      const stored = await table.get(partition(event.incident), position(event.seq));
      return stored?.['write']?.S === write ? 'appended' : 'taken';
    },

    events: async (incidentId, from = 0) => {
      const items = await table.query(partition(incidentId), position(from));
      return items.map((item) => eventOf(incidentId, item));
    },
  };
};

/** The partition key of an incident's trace. */
export const partition = (incidentId: string): string => `${FAMILY.incident}#${incidentId}`;

/** Sort keys are compared as text, so the number is padded to put event 10 after event 9. */
const position = (seq: number): string => `event#${String(seq).padStart(6, '0')}`;

const itemOf = (event: TraceEvent, retentionDays: number): Item => ({
  pk: { S: partition(event.incident) },
  sk: { S: position(event.seq) },
  line: { S: canonical(event) },
  kind: { S: event.kind },
  hash: { S: event.hash },
  ttl: { N: String(epochSeconds(new Date(event.at), retentionDays)) },
});

/** The event of a row. Throws if the row is not that event of that incident. */
export const eventOf = (incidentId: string, item: Item): TraceEvent => {
  const sk = item['sk']?.S ?? '';
  const corrupt = (problem: string, cause?: unknown): StepError =>
    new StepError(
      ERROR.traceCorrupt,
      `Incident ${incidentId}, event ${Number(sk.slice('event#'.length))}: ${problem}.`,
      'Someone or something other than Checkrein wrote to the ledger. Keep the table as it is and check its CloudTrail data events.',
      cause,
    );
  let event: unknown;
  try {
    event = JSON.parse(item['line']?.S ?? '');
  } catch (error) {
    throw corrupt('the stored line is not JSON', error);
  }
  if (!isTraceEvent(event)) throw corrupt('the stored line is not a trace event');
  if (event.incident !== incidentId || position(event.seq) !== sk)
    throw corrupt(`the stored line is event ${event.seq} of incident ${event.incident}`);
  return event;
};

import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import { sha256 } from '../../kernel/trace/canonical.ts';
import { claim, type ClaimPorts } from './deduplication.ts';
import type { Arrival } from './join.ts';

/** Where an event belongs: to an incident that is open, or to one that it opens. */
type Place = { readonly joined: string } | { readonly said: readonly string[] };

const Source = z.object({ incidentId: z.string() });

/** The rows of an event's id: the execution that got it first, and the incident that it joined, if it did. */
const sourceRow = (eventId: string): RowKey => ({ family: FAMILY.source, id: sourceId(eventId) });
const joinedRow = (eventId: string): RowKey => ({ ...sourceRow(eventId), part: 'joined' });

/** The open incident of an event: that of its first delivery, or the one that it joins. */
export const placeOf = async (arrival: Arrival, incidentId: string, ports: ClaimPorts): Promise<Place> => {
  const { event } = arrival;
  const source = await ports.ledger.create(sourceRow(event.id), { incidentId });
  const first = Source.parse(source.row.data).incidentId;
  if (first !== incidentId) return { joined: await incidentOfFirstDelivery(first, arrival, ports) };
  const claimed = await claim(ports, arrival, incidentId);
  if (claimed.opened) return claimed;
  await ports.ledger.create(joinedRow(event.id), { incidentId: claimed.incidentId });
  return { joined: claimed.incidentId };
};

/** How often, and after how many milliseconds, a further delivery of an event looks for what became of the first one. */
const LOOKS = 25;
const LOOK_EVERY_MS = 200;

/**
 * The incident that the first delivery of an event led to: its own, or the one that it joined. If its execution has not got
 * that far for five seconds, the id of that execution is the best there is.
 */
const incidentOfFirstDelivery = async (first: string, { event }: Arrival, ports: ClaimPorts): Promise<string> => {
  for (let look = 0; look < LOOKS; look += 1) {
    const joined = await ports.ledger.fetch(joinedRow(event.id));
    if (joined !== undefined) return Source.parse(joined.data).incidentId;
    if ((await ports.ledger.events(first)).length > 0) return first;
    await ports.clock.sleep(LOOK_EVERY_MS);
  }
  return first;
};

/** EventBridge's ids are UUIDs. A key of the ledger may have 2,048 bytes, so a longer id is hashed. */
const sourceId = (eventId: string): string => (eventId.length > 128 ? sha256(eventId) : eventId);

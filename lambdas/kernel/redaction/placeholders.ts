import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { FAMILY } from '../../contracts/ledger-keys.ts';
import { contractBroken } from '../../contracts/errors.ts';
import type { Clock, Ids, Ledger } from '../../contracts/ports.ts';
import { spelling } from './personal-data.ts';

/** Gives what was found its placeholder. */
export type Naming = (kind: string, found: string) => string;

/** What the key of an incident takes. */
export interface KeyPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** An execution ends after a day at the latest. When its key has left, no guess can be tested against a placeholder. */
const KEY_DAYS = 7;
/** Hex digits: among a thousand secrets of one incident, two look alike with a chance of 1 in 8,600. */
const TAG_LENGTH = 8;

const KeyRow = z.looseObject({ key: z.string().min(1) });

/**
 * Placeholders that tell secrets of one incident apart, and nothing else about them: an HMAC under a key of
 * the incident, cut short. The key is random and in the ledger, never on a trace. Whichever step comes first
 * makes it, and the conditional create hands the same one to all others and to their retries.
 */
export const keyedNaming = async ({ ledger, clock, ids }: KeyPorts, incidentId: string): Promise<Naming> => {
  const leaves = new Date(clock.now().getTime() + KEY_DAYS * 86_400_000);
  const { row } = await ledger.create({ family: FAMILY.redaction, id: incidentId }, { key: ids.fresh('key') }, leaves);
  const stored = KeyRow.safeParse(row.data);
  if (!stored.success) throw contractBroken(`The key of placeholders of incident ${incidentId} is unreadable.`);
  const { key } = stored.data;
  return (kind, found) => {
    const tag = createHmac('sha256', key).update(spelling(kind, found)).digest('hex').slice(0, TAG_LENGTH);
    return `[${kind}#${tag}]`;
  };
};

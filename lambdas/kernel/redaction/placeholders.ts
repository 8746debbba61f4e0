import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { FAMILY } from '../../contracts/ledger-keys.ts';
import { contractBroken } from '../../contracts/errors.ts';
import type { Clock, Ids, Ledger } from '../../contracts/ports.ts';
import { normalized } from './personal-data.ts';

/** Returns the placeholder of a secret. */
export type PlaceholderOf = (kind: string, found: string) => string;

/** The ports that the key of an incident needs. */
export interface KeyPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** An execution lasts a day at most. Once its key has expired, no guess can be tested against a placeholder. */
const KEY_DAYS = 7;
/** Hex digits: among a thousand secrets of one incident, two look alike with a chance of 1 in 8,600. */
const TAG_LENGTH = 8;

const KeyRow = z.looseObject({ key: z.string().min(1) });

/**
 * Placeholders that distinguish the secrets of one incident and reveal nothing else: a truncated HMAC under a
 * key of the incident. The key is random and in the ledger, never on a trace. The first step creates it; the
 * conditional create returns the same key to all other steps and retries.
 */
export const keyedPlaceholders = async (
  { ledger, clock, ids }: KeyPorts,
  incidentId: string,
): Promise<PlaceholderOf> => {
  const expiresAt = new Date(clock.now().getTime() + KEY_DAYS * 86_400_000);
  const { row } = await ledger.create(
    { family: FAMILY.redaction, id: incidentId },
    { key: ids.fresh('key') },
    expiresAt,
  );
  const parsed = KeyRow.safeParse(row.data);
  if (!parsed.success) throw contractBroken(`The key of placeholders of incident ${incidentId} is unreadable.`);
  const { key } = parsed.data;
  return (kind, found) => {
    const tag = createHmac('sha256', key).update(normalized(kind, found)).digest('hex').slice(0, TAG_LENGTH);
    return `[${kind}#${tag}]`;
  };
};

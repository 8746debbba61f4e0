import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Clock, Ledger } from '../../contracts/ports.ts';

/** As long as a queue keeps a message, a day more: within this time a moment may come again. */
const KEPT_DAYS = 15;
/** Requests to the ledger at once. */
const AT_ONCE = 25;

/** Who tells moments to one notifier, and what remembers them. */
export interface ToldPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Name of the notifier. */
  readonly name: string;
}

const rowOf = (name: string, momentId: string): RowKey => ({ family: FAMILY.told, id: `${name}#${momentId}` });

/** Of these moments, the ids that the notifier was told before. */
export const toldBefore = async ({ ledger, name }: ToldPorts, ids: readonly string[]): Promise<ReadonlySet<string>> => {
  const found = await inParallel(ids, async (id) => ((await ledger.fetch(rowOf(name, id))) ? [id] : []));
  return new Set(found.flat());
};

/** Remembers that the notifier was told of these moments. */
export const rememberTold = async ({ ledger, clock, name }: ToldPorts, ids: readonly string[]): Promise<void> => {
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + KEPT_DAYS * 86_400_000);
  await inParallel(ids, (id) => ledger.create(rowOf(name, id), { at: now.toISOString() }, expiresAt));
};

const inParallel = async <T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> => {
  const done: R[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE)
    done.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(work))));
  return done;
};

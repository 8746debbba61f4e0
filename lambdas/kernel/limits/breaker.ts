import * as z from 'zod';
import type { EventData } from '../../contracts/events.ts';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Clock, Ledger } from '../../contracts/ports.ts';
import type { Journal } from '../trace/journal.ts';
import { put } from './rows.ts';
import { forgiveFailures } from './track-record.ts';
import type { Provider } from '../../contracts/provider.ts';

/** A circuit breaker: tripped by a policy or by the kernel, closed again only by a person, who gives a reason. */
const BreakerRow = z.object({
  /** The ref of a target (in AWS its ARN), or `agent:<name>`. */
  scope: z.string(),
  tripped: z.boolean(),
  policy: z.string(),
  reason: z.string(),
  at: z.string(),
  incidentId: z.string(),
  /** The last reset, kept when the breaker trips again. */
  reset: z.object({ by: z.string(), reason: z.string(), at: z.string() }).nullable().default(null),
});
export type Breaker = z.infer<typeof BreakerRow>;

const AGENT = 'agent:';

/** The scope of an agent's own breaker. While it is tripped, the agent may change nothing anywhere. */
export const agentScope = (agent: string): string => `${AGENT}${agent}`;

/** Whether a text can be the scope of a breaker: an agent, or a target of an installed provider. */
export const isScope = (text: string, providers: readonly Provider[]): boolean =>
  text.startsWith(AGENT) || providers.some(({ isRef }) => isRef(text));

const named = (scope: string): string =>
  scope.startsWith(AGENT) ? `agent ${scope.slice(AGENT.length)}` : 'this target';

/** All breakers are rows of one id, so that they can be listed. Only scopes that were tripped have a row. */
const ROWS = { family: FAMILY.breaker, id: 'scopes' } as const;
const breakerRow = (scope: string): RowKey => ({ ...ROWS, part: scope });

const breakerFault = async (ledger: Ledger, scope: string): Promise<string | undefined> => {
  const row = await ledger.fetch(breakerRow(scope));
  if (row === undefined) return undefined;
  const breaker = BreakerRow.safeParse(row.data);
  if (!breaker.success) return `The breaker of ${named(scope)} cannot be read, which counts as tripped.`;
  const { policy, reason, at, incidentId } = breaker.data;
  return breaker.data.tripped
    ? `The circuit breaker of ${named(scope)} was tripped at ${at} in incident ${incidentId} by ${policy}: ${reason} Only a human can reset it.`
    : undefined;
};

/**
 * The reason why the breaker of the agent or of the target forbids a change, or undefined if both are closed. A row
 * that cannot be read counts as tripped.
 */
export const trippedBreaker = async (ledger: Ledger, agent: string, targetArn: string): Promise<string | undefined> =>
  (await breakerFault(ledger, agentScope(agent))) ?? (await breakerFault(ledger, targetArn));

/** Trips the breaker of a scope, and records that on the trace of the incident. */
export const tripBreaker = async (
  journal: Journal,
  { ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock },
  trip: EventData<'breaker.tripped'>,
): Promise<void> => {
  await journal.once('breaker.tripped', async () => {
    const key = breakerRow(trip.scope);
    const before = BreakerRow.safeParse((await ledger.fetch(key))?.data);
    const reset = before.success ? before.data.reset : null;
    const row = { ...trip, incidentId: journal.incident, at: clock.now().toISOString(), tripped: true, reset };
    await put(ledger, key, row, () => true);
    return { data: trip };
  });
};

/** Every breaker that was ever tripped. */
export const breakers = async (ledger: Ledger): Promise<Breaker[]> =>
  (await ledger.list(ROWS.family, ROWS.id)).map((row) => BreakerRow.parse(row.data));

/**
 * Closes a tripped breaker and records who did it and why. An agent's count of failures starts again at zero.
 * Undefined if the breaker is not tripped.
 */
export const resetBreaker = async (
  ledger: Ledger,
  scope: string,
  by: { readonly by: string; readonly reason: string; readonly at: Date },
): Promise<Breaker | undefined> => {
  for (;;) {
    const row = await ledger.fetch(breakerRow(scope));
    if (row === undefined) return undefined;
    const breaker = BreakerRow.parse(row.data);
    if (!breaker.tripped) return undefined;
    if (scope.startsWith(AGENT)) await forgiveFailures(ledger, scope.slice(AGENT.length));
    const closed: Breaker = { ...breaker, tripped: false, reset: { ...by, at: by.at.toISOString() } };
    if (await ledger.replace(breakerRow(scope), closed, row.version)) return closed;
  }
};

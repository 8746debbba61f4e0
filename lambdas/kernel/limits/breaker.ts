import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger } from '../../contracts/ports.ts';
import { put } from './rows.ts';
import { forgiveFailures } from './track-record.ts';

/** A circuit breaker: tripped by a policy or by the kernel, closed again only by a person, who says why. */
const BreakerRow = z.object({
  /** The ARN of a target, or `agent:<name>`. */
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

/** The scope of an agent's own breaker: tripped, that agent changes nothing anywhere. */
export const agentScope = (agent: string): string => `${AGENT}${agent}`;

/** Whether a text can be the scope of a breaker. */
export const isScope = (text: string): boolean => text.startsWith('arn:') || text.startsWith(AGENT);

const named = (scope: string): string =>
  scope.startsWith(AGENT) ? `agent ${scope.slice(AGENT.length)}` : 'this target';

/** All breakers are rows of one id, so that they can be listed; there are as many as scopes that went wrong. */
const ROWS = { family: FAMILY.breaker, id: 'scopes' } as const;
const breakerRow = (scope: string): RowKey => ({ ...ROWS, part: scope });

const tripped = async (ledger: Ledger, scope: string): Promise<string | undefined> => {
  const row = await ledger.fetch(breakerRow(scope));
  if (row === undefined) return undefined;
  const breaker = BreakerRow.safeParse(row.data);
  if (!breaker.success) return `The breaker of ${named(scope)} cannot be read, which counts as tripped.`;
  const { policy, reason, at, incidentId } = breaker.data;
  return breaker.data.tripped
    ? `The circuit breaker of ${named(scope)} was tripped at ${at} in incident ${incidentId} by ${policy}: ${reason} Only a human can reset it.`
    : undefined;
};

/** Why an agent may not change a target, or nothing: both breakers are closed. A row that cannot be read counts as tripped. */
export const trippedBreaker = async (ledger: Ledger, agent: string, targetArn: string): Promise<string | undefined> =>
  (await tripped(ledger, agentScope(agent))) ?? (await tripped(ledger, targetArn));

/** Trips the breaker of a scope. */
export const tripBreaker = async (
  ledger: Ledger,
  scope: string,
  why: { readonly policy: string; readonly reason: string; readonly incidentId: string; readonly at: Date },
): Promise<void> => {
  const before = BreakerRow.safeParse((await ledger.fetch(breakerRow(scope)))?.data);
  const reset = before.success ? before.data.reset : null;
  await put(ledger, breakerRow(scope), { ...why, scope, at: why.at.toISOString(), tripped: true, reset }, () => true);
};

/** Every breaker that was ever tripped. */
export const breakers = async (ledger: Ledger): Promise<Breaker[]> =>
  (await ledger.list(ROWS.family, ROWS.id)).map((row) => BreakerRow.parse(row.data));

/** Closes a tripped breaker, and keeps who did it and why. An agent begins anew. Nothing, where it is not tripped. */
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

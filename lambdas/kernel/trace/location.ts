import type { Alarm } from '../../contracts/alarm.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import type { AccountRegion, IncidentLocation } from '../../contracts/ports.ts';
import { openingOf } from './queries.ts';

/** The location of an incident: that of its alarm, from the opening event. The model cannot change it. */
export const locationOf = (events: readonly TraceEvent[]): IncidentLocation => {
  const { incident, data } = openingOf(events);
  return { incidentId: incident, accountRegion: data.alarm && accountRegionOf(data.alarm) };
};

/** The account and Region that an alarm is in. */
export const accountRegionOf = ({ account, region }: Pick<Alarm, 'account' | 'region'>): AccountRegion => ({
  account,
  region,
});

/** How an account is reached: with the function's own role, with a role of a member account, or not at all. */
export type Reach =
  | { readonly kind: 'home' | 'member'; readonly accountRegion: AccountRegion }
  | { readonly kind: 'foreign'; readonly accountRegion: AccountRegion; readonly reason: string };

/** How a deployment in `home` reaches an account and Region. Null, for an incident without an alarm, means `home`. */
export const reachOf = (
  accountRegion: AccountRegion | null,
  home: AccountRegion,
  members: { readonly accounts: readonly string[] } | undefined,
): Reach => {
  if (accountRegion === null) return { kind: 'home', accountRegion: accountRegionOf(home) };
  const foreign = (reason: string): Reach => ({ kind: 'foreign', accountRegion, reason });
  if (accountRegion.region !== home.region)
    return foreign(
      `It is in ${accountRegion.region}; this deployment looks after ${home.region} only. Deploy one there.`,
    );
  if (accountRegion.account === home.account) return { kind: 'home', accountRegion };
  if (members?.accounts.includes(accountRegion.account) === true) return { kind: 'member', accountRegion };
  return foreign(
    `It is in account ${accountRegion.account}, which is not this one (${home.account}) and no member in config/deployment.ts.`,
  );
};

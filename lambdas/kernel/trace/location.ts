import type { TraceEvent } from '../../contracts/events.ts';
import type { AccountRegion, IncidentLocation } from '../../contracts/ports.ts';
import { openingOf } from './queries.ts';
import { subjectOf } from './subject.ts';

/** The location of an incident: that of its subject, from the opening event. The model cannot change it. */
export const locationOf = (events: readonly TraceEvent[]): IncidentLocation => {
  const opening = openingOf(events);
  return { incidentId: opening.incident, accountRegion: subjectOf(opening).location };
};

/** The account and Region of whatever has both. */
export const accountRegionOf = ({ account, region }: AccountRegion): AccountRegion => ({
  account,
  region,
});

/** How an account is reached: with the function's own role, with a role of a member account, or not at all. */
export type Reach =
  | { readonly kind: 'home' | 'member'; readonly accountRegion: AccountRegion }
  | { readonly kind: 'foreign'; readonly accountRegion: AccountRegion; readonly reason: string };

/** How a deployment in `home` reaches an account and Region. Null, for a subject that is nowhere in particular, means `home`. */
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
    `It is in account ${accountRegion.account}, which is not this one (${home.account}) and no member in the settings (\`members\`).`,
  );
};

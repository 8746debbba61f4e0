import * as z from 'zod';
import { POLICY_APPROVER, type Grant } from '../../contracts/grant.ts';
import { FAMILY } from '../../contracts/ledger-keys.ts';
import type { Clock, Ids, Ledger, MacGenerator, MacVerifier } from '../../contracts/ports.ts';
import { canonical } from '../trace/canonical.ts';
import type { PlanOnTrace } from '../trace/queries.ts';

/** The bytes that a grant's MAC covers: every field but the MAC. The prefix makes the MAC useless for anything else. */
const grantMessage = (grant: Omit<Grant, 'mac'>): Uint8Array =>
  Buffer.from(`checkrein/grant/v1\n${canonical({ ...grant, mac: undefined })}`);

/** The field that marks a break-glass approval, given in spite of a change freeze. Other approvals do not have it. */
export const breakGlassMark = (breakGlass: boolean): { readonly breakGlass?: true } =>
  breakGlass ? { breakGlass } : {};

/**
 * Issues the proof of an approval of one plan: a grant to apply it and, if it has an inverse, a grant to roll it back.
 * The rollback grant lives longer, since verification comes before a rollback.
 */
export const issueGrants = async (
  ports: { readonly mac: MacGenerator; readonly ids: Ids; readonly clock: Clock },
  { digest, plan }: PlanOnTrace,
  approval: { readonly approvers: readonly string[]; readonly breakGlass: boolean },
  minutes: { readonly apply: number; readonly rollback: number },
): Promise<Grant[]> => {
  const purposes = plan.inverse.reversible ? (['apply', 'rollback'] as const) : (['apply'] as const);
  return Promise.all(
    purposes.map(async (purpose) => {
      const unsigned = {
        id: ports.ids.fresh('grant'),
        purpose,
        incidentId: plan.incidentId,
        digest,
        approvers: [...approval.approvers],
        ...breakGlassMark(approval.breakGlass),
        expiresAt: new Date(ports.clock.now().getTime() + minutes[purpose] * 60_000).toISOString(),
      };
      return { ...unsigned, mac: await ports.mac.generate(grantMessage(unsigned)) };
    }),
  );
};

/**
 * The keys that grants verify under: one for approvals of people, one for those of policies. The function that issues
 * grants of policies does not have the other key.
 */
export interface GrantVerifiers {
  readonly grantMac: MacVerifier;
  /** Undefined if no policy of the deployment can permit a change without a person: then there is no such key. */
  readonly unattendedMac: MacVerifier | undefined;
}

/** Who approved: people, policies that permit the change without one, or both, which no key stands for. */
export const approvedBy = ({ approvers }: Pick<Grant, 'approvers'>): 'people' | 'policies' | 'both' => {
  const policies = approvers.filter((approver) => approver.startsWith(POLICY_APPROVER)).length;
  if (policies === 0) return 'people';
  return policies === approvers.length ? 'policies' : 'both';
};

/** Why a grant has no valid MAC under the key that fits its approvers, or undefined if it has. */
const macFault = async (keys: GrantVerifiers, grant: Grant): Promise<string | undefined> => {
  const message = grantMessage(grant);
  switch (approvedBy(grant)) {
    case 'people':
      return (await keys.grantMac.verify(message, grant.mac)) ? undefined : 'The MAC of the grant does not hold.';
    case 'both':
      return 'The grant names policies and people as its approvers, and no key stands for both.';
    case 'policies':
      if (keys.unattendedMac === undefined)
        return 'The grant names a policy as its approver, but no policy of this deployment permits a change without a person.';
      if (grant.breakGlass === true) return 'The grant of a policy overrides a change freeze, which only a person can.';
      return (await keys.unattendedMac.verify(message, grant.mac))
        ? undefined
        : 'The MAC of the grant does not hold under the key for grants of policies. If it was issued before an upgrade, propose the change again.';
  }
};

/** What a grant is wanted for. */
interface Wanted {
  readonly incidentId: string;
  readonly digest: string;
  readonly purpose: Grant['purpose'];
}

/** Why a grant is not genuine for this purpose, or undefined if it is. Does not look at its expiry. */
export const bindingFault = async (
  keys: GrantVerifiers,
  grant: Grant | undefined,
  wanted: Wanted,
): Promise<string | undefined> => {
  if (grant === undefined) return `There is no grant to ${wanted.purpose} this plan.`;
  if (grant.incidentId !== wanted.incidentId) return 'The grant belongs to another incident.';
  if (grant.digest !== wanted.digest) return 'The grant is for another plan.';
  if (grant.purpose !== wanted.purpose) return `The grant is to ${grant.purpose}, not to ${wanted.purpose}.`;
  return macFault(keys, grant);
};

/** Why a grant does not count, or undefined if it does. Checks everything but whether it was used. */
export const grantFault = async (
  keys: GrantVerifiers,
  grant: Grant | undefined,
  wanted: Wanted,
  now: Date,
): Promise<string | undefined> => {
  if (grant === undefined) return bindingFault(keys, grant, wanted);
  if (!(Date.parse(grant.expiresAt) > now.getTime())) return `The grant expired at ${grant.expiresAt}.`;
  return bindingFault(keys, grant, wanted);
};

/**
 * Uses a grant up. The conditional create makes it single-use: of all entries into Apply, in any incident, only one
 * gets `redeemed`. The row names that entry, so an attempt that dies before it records this can be retried without a
 * new approval.
 */
export const redeem = async (ledger: Ledger, grant: Grant, entry: string, now: Date): Promise<'redeemed' | 'used'> => {
  const { id, incidentId, digest, purpose } = grant;
  const { created, row } = await ledger.create(
    { family: FAMILY.grant, id },
    { incidentId, digest, purpose, approvedBy: approvedBy(grant), entry, redeemedAt: now.toISOString() },
  );
  return created || row.data['entry'] === entry ? 'redeemed' : 'used';
};

/** Whether a grant of policies was used up for what it is for. Only the change zone can write that row. */
export const wasRedeemedUnattended = async (ledger: Ledger, grant: Grant): Promise<boolean> => {
  const { id, incidentId, digest, purpose } = grant;
  const row = (await ledger.fetch({ family: FAMILY.grant, id }))?.data;
  const wanted = { incidentId, digest, purpose, approvedBy: 'policies' };
  return row !== undefined && Object.entries(wanted).every(([field, value]) => row[field] === value);
};

const Redemption = z.object({ entry: z.string(), redeemedAt: z.iso.datetime() });

/** When this very entry used the grant up; undefined if it did not. Only the change zone can write that row. */
export const redeemedAtBy = async (ledger: Ledger, grantId: string, entry: string): Promise<Date | undefined> => {
  const row = Redemption.safeParse((await ledger.fetch({ family: FAMILY.grant, id: grantId }))?.data).data;
  return row?.entry === entry ? new Date(row.redeemedAt) : undefined;
};

import type { Plan } from '../../../lambdas/contracts/plan.ts';
import { lastOf, plansOf } from '../../../lambdas/kernel/trace/queries.ts';
import { localMac } from '../../../local/keys.ts';
import type { LaptopPorts } from '../../../local/laptop.ts';
import { forgeUnattended } from '../../fixtures/compromised-authorize.ts';
import { record } from '../../fixtures/incident.ts';
import { PEOPLE } from './people.ts';

/** Enters a step of the change zone, at the end of the trace. */
type Enter = (step: 'apply' | 'rollback') => Promise<unknown>;

/** A plan that claims to cut nothing, to cost nothing, and to be undone easily. */
const harmless = (plan: Plan): Plan => ({
  ...plan,
  facts: { ...plan.facts, cutPercent: 0, reversible: true },
  target: { ...plan.target, environment: 'staging' },
  report: { ...plan.report, cost: { deltaCentsPerMonth: 0, says: 'Nothing.' } },
});

/** The same without another target, which would not be as the dry run saw it. */
const harmlessHere = (plan: Plan): Plan => ({ ...harmless(plan), target: plan.target });

/** A plan that is fulfilled already. What changes something is its rollback. */
const fulfilled = (plan: Plan): Plan => ({
  ...harmlessHere(plan),
  after: plan.before,
  inverse: { reversible: true, input: { ...plan.input, why: 'Undo it.' }, says: 'Undo it.' },
});

const FORGERIES: readonly (Parameters<typeof forgeUnattended>[2] & { readonly enters: 'apply' | 'rollback' })[] = [
  { enters: 'apply' },
  { enters: 'apply', breakGlass: true },
  { enters: 'apply', approvers: [PEOPLE.sre, PEOPLE.owner] },
  { enters: 'apply', approvers: ['policy:grow-unattended', PEOPLE.sre] },
  { enters: 'apply', plan: harmless },
  { enters: 'apply', plan: harmlessHere },
  { enters: 'rollback', verified: true },
  { enters: 'rollback', verified: true, plan: fulfilled },
];

/**
 * A compromised Authorize: it may sign with the key of its role, if there is one, append anything to the trace, and
 * have the state machine go where it wants. It tries to get the newest plan through, as it is and with lies in it.
 */
export const attackAsAuthorize = async (ports: LaptopPorts, incidentId: string, enter: Enter): Promise<void> => {
  const events = await ports.ledger.events(incidentId);
  if (plansOf(events).length === 0 || lastOf(events, 'trace.sealed') !== undefined) return;
  const powers = { ...ports, mac: ports.unattendedMac ?? localMac() };
  for (const { enters, ...forgery } of FORGERIES) {
    await forgeUnattended(powers, incidentId, { approvers: ['policy:grow-unattended'], ...forgery });
    await enter(enters).catch(() => undefined);
  }
  // It hides what it did: the next step works on the plan that it would have worked on anyway.
  const before = lastOf(events, 'plan.judged');
  if (before !== undefined) await record(ports, incidentId, 'authorize', 'plan.judged', before.data);
};

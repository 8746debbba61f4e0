import type { Check } from '../../contracts/checks.ts';
import type { EventData } from '../../contracts/events.ts';
import { asToolError } from '../../kernel/redaction/tool-errors.ts';
import { trippedBreaker } from '../../kernel/limits/breaker.ts';
import { digestOf } from '../../kernel/trace/canonical.ts';
import { chainFault } from '../../kernel/trace/chain.ts';
import { grantFault, redeem } from '../../kernel/changes/grants.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { allOf } from '../../kernel/trace/queries.ts';
import { calendarFault, leaseFault, rateLimitFault, switchFault } from './gates.ts';
import type { ApplyPorts } from './ports.ts';
import { changeToMake, type PendingChange } from './pending-change.ts';

type CheckName = Check['check'];

/** Brakes on new changes. Undoing one that did harm is what those who set them would want. */
const NOT_FOR_ROLLBACKS: readonly CheckName[] = ['calendar', 'breaker', 'rate'];

/** Nothing, or why this check refuses. */
type Finding = Promise<string | undefined> | string | undefined;

const driftFault = async (pending: PendingChange): Promise<string | undefined> => {
  try {
    await changeToMake(pending);
    return undefined;
  } catch (error) {
    const told = asToolError(error);
    if (told === undefined) throw error;
    return told.says;
  }
};

/** What the trace itself has against it. A change is undone only when its verification asked for that. */
export const traceFault = ({ planned, purpose }: PendingChange, { events }: Journal): string | undefined => {
  const { digest, plan } = planned;
  const broken = chainFault(events);
  if (broken !== undefined) return broken;
  if (digestOf(plan) !== digest) return 'The plan does not match its digest.';
  const verified = allOf(events, 'change.verified').findLast(({ data }) => data.digest === digest);
  return purpose === 'apply' || verified?.data.next === 'rollback'
    ? undefined
    : 'No verification of this change asked for its rollback.';
};

const redeemFault = async (
  { grant }: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
): Promise<string | undefined> => {
  if (grant === undefined) return 'There is no grant.';
  // The row decides between entries at once; the trace knows of earlier ones even if somebody deletes the row.
  const before = allOf(journal.eventsBefore, 'grant.redeemed').some(({ data }) => data.grantId === grant.id);
  return !before && (await redeem(ports.ledger, grant, journal.entry, ports.clock.now())) === 'redeemed'
    ? undefined
    : 'The grant was used before. A grant is good for one change.';
};

/**
 * The last word before a change, spoken by the step that makes it: the state machine is not trusted to have
 * asked anybody. Redeeming comes last, so that a refusal for another reason does not use the grant up.
 */
export const preflight = async (
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
): Promise<EventData<'apply.checked'>> => {
  const { planned, purpose, grant } = pending;
  const { plan } = planned;
  const wanted = { incidentId: journal.incident, digest: planned.digest, purpose };
  const inOrder: readonly (readonly [CheckName, string, () => Finding])[] = [
    ['switch', 'The kill switch lets the change through.', () => switchFault(pending, ports)],
    ['trace', 'The chain holds and the plan matches its digest.', () => traceFault(pending, journal)],
    [
      'grant',
      'The MAC of the grant holds for this plan and incident.',
      () => grantFault(ports.mac, grant, wanted, ports.clock.now()),
    ],
    ['calendar', 'No change freeze holds this change back.', () => calendarFault(pending, ports)],
    ['lease', 'This incident alone may change the target.', () => leaseFault(pending, journal, ports)],
    [
      'drift',
      purpose === 'apply' ? 'The target is as the dry run saw it.' : 'The target is as the change left it.',
      () => driftFault(pending),
    ],
    // After the lease: an incident whose rollback failed trips the breaker before it gives the target back.
    [
      'breaker',
      'The circuit breakers of agent and target are closed.',
      () => trippedBreaker(ports.ledger, plan.agent, plan.target.arn),
    ],
    ['rate', 'Tool and target have not been changed too often.', () => rateLimitFault(pending, ports)],
    ['grant', 'The grant was unused and is now redeemed.', () => redeemFault(pending, journal, ports)],
  ];
  const checks: Check[] = [];
  for (const [check, passed, look] of inOrder) {
    if (purpose === 'rollback' && NOT_FOR_ROLLBACKS.includes(check)) continue;
    const fault = await look();
    checks.push(
      fault === undefined ? { check, outcome: 'passed', reason: passed } : { check, outcome: 'refused', reason: fault },
    );
    if (fault !== undefined) break;
  }
  const verdict = checks.some((check) => check.outcome === 'refused') ? 'refused' : 'allowed';
  return { digest: planned.digest, purpose, grantId: grant?.id ?? null, checks, verdict };
};

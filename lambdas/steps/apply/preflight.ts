import type { Check } from '../../contracts/checks.ts';
import type { EventData } from '../../contracts/events.ts';
import { runChecks, type CheckRow } from '../../kernel/changes/checks.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import {
  checkBreakers,
  checkCalendar,
  checkDrift,
  checkGrant,
  checkSwitch,
  checkTrace,
  redeemGrant,
  takeChangeRate,
  takeTargetLease,
} from './gates.ts';
import type { ApplyPorts } from './ports.ts';
import type { PendingChange } from './pending-change.ts';
import { checkRecovery, checkFacts, checkPolicy, reevaluationOf } from './reevaluation.ts';
import { checkUnattended, isUnattended } from './unattended.ts';

/** Limits on new changes, and what they were permitted for. Whoever set them would still want a harmful change undone. */
const NOT_FOR_ROLLBACKS: readonly Check['check'][] = ['calendar', 'facts', 'alarm', 'breaker', 'rate'];

/**
 * The last checks before a change, run by the step that makes it, because it does not trust the state machine to have
 * run them. Redeeming the grant comes last, so a refusal for another reason does not use it up.
 */
export const preflight = async (
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
): Promise<EventData<'apply.checked'>> => {
  const { planned, purpose, grant } = pending;
  const { now, decision } = reevaluationOf(pending, journal, ports);
  const policy = () =>
    isUnattended(pending) ? checkUnattended(pending, journal, ports, now) : checkPolicy(pending, decision);
  const inOrder: readonly CheckRow[] = [
    { check: 'switch', run: () => checkSwitch(pending, ports) },
    { check: 'trace', run: () => checkTrace(pending, journal) },
    { check: 'grant', run: () => checkGrant(pending, journal, ports) },
    { check: 'calendar', run: () => checkCalendar(pending, ports) },
    { check: 'lease', run: () => takeTargetLease(pending, journal, ports) },
    { check: 'drift', run: () => checkDrift(pending, journal, ports) },
    // After the lease, so that no other incident changes the target meanwhile.
    { check: 'facts', run: () => checkFacts(now) },
    { check: 'policy', run: policy },
    { check: 'alarm', run: () => checkRecovery(now) },
    // After the lease: an incident whose rollback failed trips the breaker before it gives the target back.
    { check: 'breaker', run: () => checkBreakers(pending, ports) },
    { check: 'rate', run: () => takeChangeRate(pending, ports) },
    { check: 'grant', run: () => redeemGrant(pending, journal, ports) },
  ];
  const applicable = inOrder.filter(({ check }) => purpose === 'apply' || !NOT_FOR_ROLLBACKS.includes(check));
  const { checks, refusal } = await runChecks(applicable);
  const verdict = refusal === undefined ? 'allowed' : 'refused';
  const facts = now.known?.facts;
  return {
    digest: planned.digest,
    purpose,
    grantId: grant?.id ?? null,
    checks,
    verdict,
    ...(facts?.ok === true && { facts: facts.value.facts }),
    ...(decision.known && { statements: [...decision.known.statements] }),
  };
};

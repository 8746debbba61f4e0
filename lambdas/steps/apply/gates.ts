import { contractBroken, ToolRefusal } from '../../contracts/errors.ts';
import { passed, passedUnless, refused, type CheckResult } from '../../kernel/changes/checks.ts';
import { grantFault, redeem } from '../../kernel/changes/grants.ts';
import { prepareChange } from '../../kernel/changes/proposed-change.ts';
import { isLeftHalfWay } from '../../kernel/changes/half-way.ts';
import { leaseSeconds } from '../../kernel/changes/timing.ts';
import { trippedBreaker } from '../../kernel/limits/breaker.ts';
import { lastChange } from '../../kernel/limits/cooldown.ts';
import { takeLease } from '../../kernel/limits/lease.ts';
import { takeRate } from '../../kernel/limits/rate.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { toolResult } from '../../kernel/redaction/tool-errors.ts';
import { digestOf } from '../../kernel/trace/canonical.ts';
import { chainFault } from '../../kernel/trace/chain.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { allOf, openingOf } from '../../kernel/trace/queries.ts';
import type { ApplyPorts } from './ports.ts';
import { driftSince } from './drift.ts';
import { currentState, type PendingChange } from './pending-change.ts';
import { refOf } from '../../contracts/plan.ts';

/** The checks of Apply. Those named `check…` only read; those named `take…` and `redeem…` write to the ledger. */

export const checkSwitch = async ({ purpose }: PendingChange, ports: ApplyPorts): Promise<CheckResult> => {
  const position = await ports.switch.read();
  // `propose-only` stops new changes. Its operator would still want a harmful one undone.
  return position === 'on' || (position === 'propose-only' && purpose === 'rollback')
    ? passed('The kill switch lets the change through.')
    : refused(`The kill switch is ${position}.`);
};

/** The trace must be unbroken and the plan unedited. A rollback must have been asked for by the change's verification. */
export const checkTrace = ({ planned, purpose }: PendingChange, { events }: Journal): CheckResult => {
  const { digest, plan } = planned;
  const broken = chainFault(events);
  if (broken !== undefined) return refused(broken);
  if (digestOf(plan) !== digest) return refused('The plan does not match its digest.');
  const verified = allOf(events, 'change.verified').findLast(({ data }) => data.digest === digest);
  return purpose === 'apply' || verified?.data.next === 'rollback'
    ? passed('The chain holds and the plan matches its digest.')
    : refused('No verification of this change asked for its rollback.');
};

export const checkGrant = async (
  { planned, purpose, grant }: PendingChange,
  { incident }: Journal,
  ports: ApplyPorts,
): Promise<CheckResult> => {
  const wanted = { incidentId: incident, digest: planned.digest, purpose };
  const fault = await grantFault(ports, grant, wanted, ports.clock.now());
  return passedUnless(fault, 'The MAC of the grant holds for this plan and incident.');
};

/** A change freeze stops neither a break-glass approval nor a rollback, since a rollback restores what was there. */
export const checkCalendar = async ({ purpose, grant }: PendingChange, ports: ApplyPorts): Promise<CheckResult> => {
  const exempt = purpose === 'rollback' || grant?.breakGlass === true;
  const freeze = exempt ? undefined : await ports.calendar.freeze();
  return freeze === undefined
    ? passed('No change freeze holds this change back.')
    : refused(`${freeze} The approval is not a break-glass approval. Propose the change again if it cannot wait.`);
};

export const takeTargetLease = async (
  { planned }: PendingChange,
  { events, incident }: Journal,
  { ledger, clock, rules }: ApplyPorts,
): Promise<CheckResult> => {
  const now = clock.now();
  const agent = agentOf(rules, openingOf(events).data.agent);
  // Long enough for this change, its verification and a rollback. Close gives the lease back earlier.
  const seconds = leaseSeconds(planned.plan.verification, agent);
  const until = new Date(now.getTime() + seconds * 1000);
  return (await takeLease(ledger, refOf(planned.plan.target), incident, now, until))
    ? passed('This incident alone may change the target.')
    : refused(
        'Another incident is changing this target right now. Wait for it, observe again, and propose again if it is still needed.',
      );
};

/** The target must be exactly as the dry run saw it or, before a rollback, as the change left it: finished, or half-way. */
export const checkDrift = async (pending: PendingChange, journal: Journal, ports: ApplyPorts): Promise<CheckResult> => {
  const result = await toolResult(() => throwIfDrifted(pending, journal, ports));
  if (!result.ok) return refused(result.error.message);
  return passed(
    pending.purpose === 'apply' ? 'The target is as the dry run saw it.' : 'The target is as the change left it.',
  );
};

const throwIfDrifted = async (pending: PendingChange, { events }: Journal, ports: ApplyPorts): Promise<void> => {
  const { purpose, planned, tool, context } = pending;
  const { plan } = planned;
  if (purpose === 'apply') {
    const drift = await driftSince(plan, tool, context, ports.rules.settings);
    if (drift === undefined) return;
    throw new ToolRefusal(drift);
  }
  if (!plan.inverse.reversible) throw contractBroken('A rollback was called for a change without an inverse.');
  // The trace alone would let anybody who appends to it have an instance started that a person has stopped.
  if (isLeftHalfWay(tool, planned, events, await currentState(pending))) {
    const last = await lastChange(ports.ledger, refOf(plan.target));
    if (last?.unfinished === planned.digest) return;
  }
  const { change } = await prepareChange(tool, plan.inverse.input, context, ports);
  const { holds, detail } = tool.postCondition(plan, change.before);
  if (!holds)
    throw new ToolRefusal(
      `The target is no longer as the change left it (${detail}), so undoing it blindly could do harm.`,
    );
};

export const checkBreakers = async (
  { planned: { plan } }: PendingChange,
  { ledger }: ApplyPorts,
): Promise<CheckResult> =>
  passedUnless(
    await trippedBreaker(ledger, plan.agent, refOf(plan.target)),
    'The circuit breakers of agent and target are closed.',
  );

export const takeChangeRate = async (
  { grant, planned: { plan } }: PendingChange,
  { ledger, clock, rules }: ApplyPorts,
): Promise<CheckResult> => {
  if (grant === undefined) return refused('There is no grant.');
  const change = { tool: plan.tool, targetArn: refOf(plan.target) };
  const fault = await takeRate(ledger, change, grant.id, rules.settings.changesPerHour, clock.now());
  return passedUnless(fault, 'Tool and target have not been changed too often.');
};

export const redeemGrant = async (
  { grant }: PendingChange,
  { eventsBefore, entry }: Journal,
  { ledger, clock }: ApplyPorts,
): Promise<CheckResult> => {
  if (grant === undefined) return refused('There is no grant.');
  // The row decides between entries at the same time. The trace shows earlier ones even if somebody deletes the row.
  const before = allOf(eventsBefore, 'grant.redeemed').some(({ data }) => data.grantId === grant.id);
  return !before && (await redeem(ledger, grant, entry, clock.now())) === 'redeemed'
    ? passed('The grant was unused and is now redeemed.')
    : refused('The grant was used before. A grant is good for one change.');
};

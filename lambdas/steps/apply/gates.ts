import { agentOf } from '../../kernel/model/agents.ts';
import { takeLease } from '../../kernel/limits/lease.ts';
import { takeRate } from '../../kernel/limits/rate.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { CHANGE_ZONE_SECONDS } from '../../kernel/changes/timing.ts';
import { openingOf } from '../../kernel/trace/queries.ts';
import type { ApplyPorts } from './ports.ts';
import type { PendingChange } from './pending-change.ts';

/** Why the kill switch stops the change, or nothing. */
export const switchFault = async (pending: PendingChange, ports: ApplyPorts): Promise<string | undefined> => {
  const position = await ports.switch.read();
  // `propose-only` stops new changes; undoing one that did harm is what its operator would want.
  return position === 'on' || (position === 'propose-only' && pending.purpose === 'rollback')
    ? undefined
    : `The kill switch is ${position}.`;
};

/**
 * Why a change freeze stops the change, or nothing. It does not stop one whose approvers broke the glass, nor a
 * rollback: a freeze is to keep things as they were.
 */
export const calendarFault = async (
  { purpose, grant }: PendingChange,
  ports: ApplyPorts,
): Promise<string | undefined> => {
  if (purpose === 'rollback' || grant?.breakGlass === true) return undefined;
  const freeze = await ports.calendar.freeze();
  return freeze === undefined
    ? undefined
    : `${freeze} The approval did not break the glass. Propose the change again if it cannot wait.`;
};

/** Why this would be one change too many within the hour, or nothing: then it is counted. */
export const rateLimitFault = async (
  { grant, planned: { plan } }: PendingChange,
  ports: ApplyPorts,
): Promise<string | undefined> => {
  if (grant === undefined) return 'There is no grant.';
  const change = { tool: plan.tool, targetArn: plan.target.arn };
  return takeRate(ports.ledger, change, grant.id, ports.rules.settings.changesPerHour, ports.clock.now());
};

/** Why this incident may not change the target now, or nothing: then it holds the lease. */
export const leaseFault = async (
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
): Promise<string | undefined> => {
  const now = ports.clock.now();
  const { verification } = agentOf(ports.rules, openingOf(journal.events).data.agent);
  // Long enough for this change, its verification and a rollback; Close gives it back earlier.
  const seconds = 2 * CHANGE_ZONE_SECONDS + verification.windowMinutes * 60;
  const arn = pending.planned.plan.target.arn;
  const taken = await takeLease(ports.ledger, arn, journal.incident, now, new Date(now.getTime() + seconds * 1000));
  return taken
    ? undefined
    : 'Another incident is changing this target right now. Wait for it, observe again, and propose again if it is still needed.';
};

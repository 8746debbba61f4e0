import { agentOf } from '../kernel/agents.ts';
import { takeLease } from '../kernel/brakes.ts';
import type { Journal } from '../kernel/journal.ts';
import { CHANGE_ZONE_SECONDS } from '../kernel/timing.ts';
import { openingOf } from '../kernel/trace.ts';
import type { ApplyPorts } from './ports.ts';
import type { Undertaking } from './undertaking.ts';

/** Why the kill switch stops the change, or nothing. */
export const switchFault = async (undertaking: Undertaking, ports: ApplyPorts): Promise<string | undefined> => {
  const position = await ports.switch.read();
  // `propose-only` stops new changes; undoing one that did harm is what its operator would want.
  return position === 'on' || (position === 'propose-only' && undertaking.purpose === 'rollback')
    ? undefined
    : `The kill switch is ${position}.`;
};

/** Why this incident may not change the target now, or nothing: then it holds the lease. */
export const leaseFault = async (
  undertaking: Undertaking,
  journal: Journal,
  ports: ApplyPorts,
): Promise<string | undefined> => {
  const now = ports.clock.now();
  const { verification } = agentOf(ports.rules, openingOf(journal.events).data.agent);
  // Long enough for this change, its verification and a rollback; Close gives it back earlier.
  const seconds = 2 * CHANGE_ZONE_SECONDS + verification.windowMinutes * 60;
  const arn = undertaking.planned.plan.target.arn;
  const taken = await takeLease(ports.ledger, arn, journal.incident, now, new Date(now.getTime() + seconds * 1000));
  return taken
    ? undefined
    : 'Another incident is changing this target right now. Wait for it, observe again, and propose again if it is still needed.';
};

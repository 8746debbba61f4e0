import { contractBroken } from '../../contracts/errors.ts';
import { bindingFault, wasRedeemedBy } from '../../kernel/changes/grants.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import type { ApplyPorts } from './ports.ts';
import { traceFault } from './preflight.ts';
import type { PendingChange } from './pending-change.ts';

const faultOf = async (pending: PendingChange, journal: Journal, ports: ApplyPorts): Promise<string | undefined> => {
  const { planned, purpose, grant } = pending;
  const broken = traceFault(pending, journal);
  if (broken !== undefined) return broken;
  const wanted = { incidentId: journal.incident, digest: planned.digest, purpose };
  const unbound = await bindingFault(ports.mac, grant, wanted);
  if (grant === undefined || unbound !== undefined) return unbound;
  return (await wasRedeemedBy(ports.ledger, grant, journal.entry))
    ? undefined
    : 'The trace says that the grant was used up for this change; the ledger does not.';
};

/**
 * Asks again, at an attempt that finds the checks of an earlier one recorded. Every function may append to a trace, so
 * that a check stands there proves nothing by itself: the trace must hold as it is read now, the grant must be
 * genuine, and its redemption must be this entry's own, which only the change zone can have written. Time is not asked
 * about, since a change that is half-way has to be brought to its end.
 */
export const recheck = async (pending: PendingChange, journal: Journal, ports: ApplyPorts): Promise<void> => {
  const fault = await faultOf(pending, journal, ports);
  if (fault !== undefined) throw contractBroken(`A change was checked, and does not stand any more. ${fault}`);
};

import { contractBroken } from '../../contracts/errors.ts';
import type { EventData } from '../../contracts/events.ts';
import { bindingFault, redeemedAtBy } from '../../kernel/changes/grants.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { checkTrace } from './gates.ts';
import type { ApplyPorts } from './ports.ts';
import type { PendingChange } from './pending-change.ts';
import { preflight } from './preflight.ts';

const faultOf = async (pending: PendingChange, journal: Journal, ports: ApplyPorts): Promise<string | undefined> => {
  const { planned, purpose, grant } = pending;
  const trace = checkTrace(pending, journal);
  if (trace.outcome === 'refused') return trace.reason;
  const wanted = { incidentId: journal.incident, digest: planned.digest, purpose };
  const grantFaultFound = await bindingFault(ports, grant, wanted);
  if (grant === undefined || grantFaultFound !== undefined) return grantFaultFound;
  return (await redeemedAtBy(ports.ledger, grant.id, journal.entry)) !== undefined
    ? undefined
    : 'The trace says that the grant was used up for this change; the ledger does not.';
};

/**
 * Run by an attempt that finds the checks of an earlier one on the trace. Every function may append to a trace, so
 * a recorded check proves nothing by itself: the trace must hold as it is read now, the grant must be genuine, and
 * this entry must have redeemed it, which only the change zone can write down. Expiry is not checked again, since a
 * half-made change has to be finished; one that has not begun is checked in full, by `refusedMeanwhile` or before it is resumed.
 */
export const recheck = async (pending: PendingChange, journal: Journal, ports: ApplyPorts): Promise<void> => {
  const fault = await faultOf(pending, journal, ports);
  if (fault !== undefined) throw contractBroken(`A change that passed its checks no longer holds. ${fault}`);
};

/**
 * What stands by now against a change whose earlier attempt died between its checks and its beginning: minutes may have
 * passed, in which somebody turned the kill switch or changed the target. Only a refusal is recorded. A change that has
 * begun, also while these checks run, is not checked again but finished.
 */
export const refusedMeanwhile = async (
  pending: PendingChange,
  journal: Journal,
  ports: ApplyPorts,
): Promise<EventData<'apply.checked'> | undefined> => {
  const { upcoming } = journal;
  if (upcoming !== undefined && upcoming.kind !== 'apply.checked') return undefined;
  const checked = upcoming === undefined ? await preflight(pending, journal, ports) : undefined;
  if (checked?.verdict === 'allowed') return undefined;
  const hasBegun = (): boolean => journal.upcoming?.kind === 'apply.started';
  const recorded = await journal.onceUnless('apply.checked', hasBegun, async () => ({
    data: checked ?? (await preflight(pending, journal, ports)),
  }));
  return recorded?.event.data;
};

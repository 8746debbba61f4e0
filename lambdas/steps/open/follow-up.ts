import * as z from 'zod';
import { BusEvent } from '../../contracts/alarm.ts';
import { FOLLOW_UP_SOURCE, FollowUp } from '../../contracts/follow-up.ts';
import type { AccountRegion, Ledger } from '../../contracts/ports.ts';
import type { JoinedAlarms } from '../../kernel/limits/adopted-alarms.ts';
import { attachedAlarm } from '../../kernel/limits/attached-alarms.ts';
import { canonical, sha256 } from '../../kernel/trace/canonical.ts';
import { lastOf } from '../../kernel/trace/queries.ts';

/** What the event of a follow-up leads to. */
export type FollowUpReading =
  /** The event is none. */
  | { readonly kind: 'other' }
  /** The recorded event of the alarm, to be taken as if it arrived now. */
  | {
      readonly kind: 'follow-up';
      readonly event: unknown;
      readonly follows: string;
      readonly adopts: readonly JoinedAlarms[];
    }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Reads a follow-up. It is only a reference, and counts only if the incident that it names has closed and said on its
 * trace that it is due. So whoever forges one can have no more done than that incident's own close asks for. The id is
 * derived from the reference, so that Open takes a follow-up once, however often it is raised.
 */
export const readFollowUp = async (
  raw: unknown,
  ledger: Pick<Ledger, 'events' | 'fetch'>,
  home: AccountRegion,
): Promise<FollowUpReading> => {
  const bus = BusEvent.safeParse(raw);
  if (!bus.success || bus.data.source !== FOLLOW_UP_SOURCE) return { kind: 'other' };
  const { account, region, detail } = bus.data;
  if (account !== home.account || region !== home.region)
    return refused(
      `A follow-up of account ${account}, ${region}, was sent. Only ${home.account}, ${home.region}, does.`,
    );
  const followUp = FollowUp.safeParse(detail);
  if (!followUp.success) return refused(`The follow-up cannot be read: ${z.prettifyError(followUp.error)}`);
  const { incidentId, part } = followUp.data;
  const close = lastOf(await ledger.events(incidentId), 'follow-ups.due')?.data;
  const due = close?.due.find((one) => one.part === part);
  if (due === undefined)
    return refused(`Incident ${incidentId} has no such follow-up on its trace. Only its close makes one.`);
  const event = z.looseObject({}).safeParse((await attachedAlarm(ledger, due.of ?? incidentId, part))?.event);
  if (!event.success) return refused(`The event of an alarm that had joined ${incidentId} is no longer on record.`);
  const adopts = close?.passedOn?.to === part ? close.passedOn.joined : [];
  return { kind: 'follow-up', event: { ...event.data, id: idOf(followUp.data) }, follows: incidentId, adopts };
};

const refused = (reason: string): FollowUpReading => ({ kind: 'refused', reason });

const idOf = ({ incidentId, part }: FollowUp): string =>
  `follow-up-${sha256(canonical([incidentId, part])).slice(0, 32)}`;

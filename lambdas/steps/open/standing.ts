import * as z from 'zod';
import { BusEvent } from '../../contracts/alarm.ts';
import type { AccountRegion, Ledger } from '../../contracts/ports.ts';
import type { Rules } from '../../contracts/rules.ts';
import type { RecordedSubject } from '../../contracts/subject.ts';
import { noteRecovery, recoveredAt } from '../../kernel/limits/recovered-alarms.ts';
import { reachOf } from '../../kernel/trace/location.ts';
import { readAlarm } from './alarm.ts';

interface RecoveryPorts {
  readonly ledger: Ledger;
  readonly rules: Rules;
  readonly home: AccountRegion;
}

/**
 * Notes that an alarm went back to OK, if that is what an event says. EventBridge may deliver the ALARM of before after it,
 * up to an hour late. An alarm of an account that this deployment does not look after is not noted.
 */
export const noteIfRecovered = async (raw: unknown, { ledger, rules, home }: RecoveryPorts): Promise<void> => {
  const event = BusEvent.safeParse(raw).data;
  if (event === undefined || reachOf(event, home, rules.settings.members).kind === 'foreign') return;
  const reading = readAlarm(event);
  if (reading.kind !== 'alarm' || reading.state !== 'OK') return;
  const { arn, account, region, since } = reading.alarm;
  const [, , service, ...where] = arn.split(':', 5);
  const isOfEvent = service === 'cloudwatch' && where.join() === [region, account].join();
  if (isOfEvent && !Number.isNaN(Date.parse(since))) await noteRecovery(ledger, arn, since);
};

/** `actionsSuppressedBy` is `Alarm`, `WaitPeriod` or `ExtensionPeriod`; only composite alarms have it. */
const Suppressed = z.object({
  state: z.object({ actionsSuppressedBy: z.string().min(1), actionsSuppressedReason: z.string().default('') }),
});

/** Why an alarm that an agent would take is not taken up: it is over already, or its team suppresses it. */
export const notStanding = async (
  ledger: Ledger,
  { detail }: BusEvent,
  subject: RecordedSubject,
): Promise<string | undefined> => {
  if (subject.kind !== 'alarm') return undefined;
  const { name, arn, since } = subject.alarm;
  const suppressed = Suppressed.safeParse(detail);
  if (suppressed.success) {
    const { actionsSuppressedBy: by, actionsSuppressedReason: reason } = suppressed.data.state;
    return `The actions of composite alarm ${name} are suppressed (actionsSuppressedBy ${by}: ${reason}), so no incident is opened.`;
  }
  const ok = await recoveredAt(ledger, arn);
  // A time that cannot be read is no reason to ignore an alarm.
  return ok !== undefined && Date.parse(since) < Date.parse(ok)
    ? `Alarm ${name} went to ALARM at ${since}, but back to OK at ${ok}: this event came late.`
    : undefined;
};

import { EVERYONE } from '../../contracts/audience.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { StepError } from '../../contracts/errors.ts';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Clock, Ledger, Notifier } from '../../contracts/ports.ts';
import { holdReport } from './held-reports.ts';

/**
 * SNS suspends an e-mail subscription that gets more than 10 messages within a second, and then its mailbox gets nothing.
 * The limits below count calendar seconds and minutes, and two of them may meet within one second. So they add up to half:
 * a subscription to approvals gets at most 2 × (3 + 1) messages within any second, one to reports 2 × 4 and a digest.
 */
const TO_ONE_APPROVER = 3;
const TO_EVERYONE = 1;
export const REPORTS_A_MINUTE = 4;

/** A message that finds no room for this long is recorded as not sent; the reminder asks again. */
const PATIENCE_SECONDS = 10;

interface MailPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** Takes one of the places of a second or a minute. */
const takePlace = async (ledger: Ledger, id: string, most: number): Promise<boolean> => {
  const key: RowKey = { family: FAMILY.mail, id };
  return (await ledger.add(key, { mails: 1 }, { mails: most })).added;
};

/** Sends messages that a person must get by themselves: those that find the second full wait for the next. */
export const paced = (notifier: Notifier, { ledger, clock }: MailPorts): Notifier => ({
  notify: async (message) => {
    const { audience = EVERYONE } = message;
    const most = audience === EVERYONE ? TO_EVERYONE : TO_ONE_APPROVER;
    for (let waited = 0; waited < PATIENCE_SECONDS; waited += 1) {
      const now = clock.now();
      if (await takePlace(ledger, `${audience}#${now.toISOString().slice(0, 19)}`, most))
        return notifier.notify(message);
      await clock.sleep(1000 - now.getUTCMilliseconds());
    }
    throw new StepError(
      ERROR.cloudUnavailable,
      `Too many messages for ${audience} at once: ${most} a second were sent, and this one found no room in ${PATIENCE_SECONDS} s.`,
      'SNS suspends a mailbox that gets more than 10 a second. A reminder asks again.',
    );
  },
});

/** Sends the first reports of a minute by themselves, and leaves the others to the digest. */
export const digested = (notifier: Notifier, { ledger, clock }: MailPorts): Notifier => ({
  notify: async (message) => {
    const now = clock.now();
    if (await takePlace(ledger, `reports#${now.toISOString().slice(0, 16)}`, REPORTS_A_MINUTE))
      return notifier.notify(message);
    await holdReport(ledger, message, now);
    return 'digest';
  },
});

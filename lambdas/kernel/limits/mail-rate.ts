import { EVERYONE } from '../../contracts/audience.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { StepError } from '../../contracts/errors.ts';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Clock, Ledger, Notifier } from '../../contracts/ports.ts';
import { holdReport } from './held-reports.ts';

/**
 * SNS suspends an e-mail subscription that gets more than 10 messages within a second, and then its mailbox gets nothing.
 * The limits below count calendar seconds and minutes, and two of them may meet within one second. So a subscription to
 * approvals gets at most 2 × (2 requests + 1 receipt + 1 to everyone) within any second, one to reports 2 × 4 and a digest.
 */
const A_SECOND = { mail: 2, receipt: 1 };
export const REPORTS_A_MINUTE = 4;

/** A message that finds no room for this long is recorded as not sent; the reminder asks again. */
const PATIENCE_SECONDS = 10;

interface MailPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** Takes one of the places of a second or a minute. */
const takePlace = async (ledger: Ledger, key: RowKey, most: number): Promise<boolean> =>
  (await ledger.add(key, { mails: 1 }, { mails: most })).added;

/**
 * Sends messages that a person must get by themselves: those that find the second full wait for the next. `family` holds
 * the places: requests and receipts have their own, or Ask could keep a receipt from being sent.
 */
export const paced = (notifier: Notifier, family: keyof typeof A_SECOND, { ledger, clock }: MailPorts): Notifier => ({
  notify: async (message) => {
    const { audience = EVERYONE } = message;
    const most = A_SECOND[family];
    for (let waited = 0; waited < PATIENCE_SECONDS; waited += 1) {
      const now = clock.now();
      const id = `${audience}#${now.toISOString().slice(0, 19)}`;
      if (await takePlace(ledger, { family, id }, most)) return notifier.notify(message);
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
    const place: RowKey = { family: FAMILY.digest, id: `minute#${now.toISOString().slice(0, 16)}` };
    if (await takePlace(ledger, place, REPORTS_A_MINUTE)) return notifier.notify(message);
    await holdReport(ledger, message, now);
    return 'digest';
  },
});

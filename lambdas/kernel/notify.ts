import type { Notification, Notifier } from '../ports.ts';
import type { Journal } from './journal.ts';
import { redactedWords } from './redaction.ts';

/** Sends a message once and records that it left, or that it did not: a deaf topic must not stop an incident. */
export const notifyOnce = async (
  journal: Journal,
  notifier: Notifier,
  about: Notification['about'],
  compose: () => Promise<Pick<Notification, 'subject' | 'text' | 'audience'>>,
): Promise<void> => {
  await journal.once('people.notified', async () => {
    const message: Notification = { ...(await compose()), about, incidentId: journal.incident };
    const to = [message.audience ?? 'everyone'];
    try {
      await notifier.notify(message);
      return { data: { about, to, sent: true, error: null } };
    } catch (error) {
      const says = error instanceof Error ? redactedWords(error.message) : 'unknown error';
      return { data: { about, to, sent: false, error: says } };
    }
  });
};

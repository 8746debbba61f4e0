import { EVERYONE } from '../../contracts/audience.ts';
import type { EventData } from '../../contracts/events.ts';
import type { Notification, Notifier } from '../../contracts/ports.ts';
import type { Journal } from '../trace/journal.ts';
import { redactedText } from '../redaction/redactor.ts';

/** Sends a message and returns what to record: sent or not. A topic that fails must not stop an incident. */
export const sent = async (notifier: Notifier, message: Notification): Promise<EventData<'people.notified'>> => {
  const { about } = message;
  const to = [message.audience ?? EVERYONE];
  try {
    await notifier.notify(message);
    return { about, to, sent: true, error: null };
  } catch (error) {
    return { about, to, sent: false, error: error instanceof Error ? redactedText(error.message) : 'unknown error' };
  }
};

/** Sends a message once over all attempts of a step, and records it. */
export const notifyOnce = async (
  journal: Journal,
  notifier: Notifier,
  about: Notification['about'],
  compose: () => Promise<Pick<Notification, 'subject' | 'text' | 'audience'>>,
): Promise<void> => {
  await journal.once('people.notified', async () => ({
    data: await sent(notifier, { ...(await compose()), about, incidentId: journal.incident }),
  }));
};

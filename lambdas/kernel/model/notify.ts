import { EVERYONE } from '../../contracts/audience.ts';
import type { EventData } from '../../contracts/events.ts';
import type { Notification, Notifier } from '../../contracts/ports.ts';
import type { Journal } from '../trace/journal.ts';
import type { PlainText } from '../trace/outside-text.ts';
import { redactedText } from '../redaction/redactor.ts';

/** A message before it is sent. Its type shows that text from outside went through the filter. */
export interface OutgoingMessage {
  readonly subject: PlainText;
  readonly text: PlainText;
}

/** Sends a message and returns what to record: sent or not. A topic that fails must not stop an incident. */
export const sent = async (
  notifier: Notifier,
  { about, incidentId, audience, subject, text }: OutgoingMessage & Omit<Notification, keyof OutgoingMessage>,
): Promise<EventData<'people.notified'>> => {
  const to = [audience ?? EVERYONE];
  try {
    const delivery = await notifier.notify({
      about,
      incidentId,
      subject: subject.toString(),
      text: text.toString(),
      ...(audience !== undefined && { audience }),
    });
    if (delivery === 'digest') return { about, to, sent: false, error: null, digest: true };
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
  compose: () => Promise<OutgoingMessage & Pick<Notification, 'audience'>>,
): Promise<void> => {
  await journal.once('people.notified', async () => ({
    data: await sent(notifier, { ...(await compose()), about, incidentId: journal.incident }),
  }));
};

import type { Moment } from '../../contracts/moment.ts';
import type { Log } from '../../contracts/ports.ts';
import type { Channel, Delivered } from './channel.ts';
import { deliveriesIn, type Delivery } from './events.ts';
import { isRequest } from './requests.ts';
import { rememberTold, toldBefore, type ToldPorts } from './told-rows.ts';

export interface NotifyPorts extends ToldPorts {
  readonly channel: Channel;
  readonly log: Log;
}

/** What SQS reads: the messages that stay in the queue. */
interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A receiver that asks for patience gets so much of it within one batch. The queue has more. */
const PATIENCE_SECONDS = 10;
/** Messages without an answer after which the others are not tried: each takes the time of the function. */
const MOST_UNANSWERED = 2;

/**
 * Tells one notifier of the moments of a batch. A moment leaves the queue when the receiver has taken it, has had it before, or when
 * it asks for an answer that can no longer count. Everything else stays, and is sent again until the queue gives it up to its
 * dead-letter queue.
 */
export const notify = async (event: unknown, ports: NotifyPorts): Promise<BatchAnswer> => {
  const { deliveries, unreadable } = deliveriesIn(event);
  const { log, name, channel } = ports;
  for (const { messageId, why } of unreadable)
    log.warn('A message of the queue holds no moment. It stays, and ends in the dead-letter queue.', {
      notifier: name,
      messageId,
      why,
    });
  const told = await toldBefore(
    ports,
    deliveries.map(({ moment }) => moment.id),
  );
  const due = deliveries.filter(({ moment }) => !told.has(moment.id) && !isTooLate(moment, ports));
  const sent = await sendAll(channel.messagesOf(due.map(({ moment }) => moment)), ports);
  return { batchItemFailures: [...unreadable.map(({ messageId }) => messageId), ...idsOf(due, sent)].map(failure) };
};

const failure = (itemIdentifier: string) => ({ itemIdentifier });

/** Messages of the queue whose moments were not sent. */
const idsOf = (due: readonly Delivery[], sent: ReadonlySet<string>): string[] =>
  due.flatMap(({ moment, messageIds }) => (sent.has(moment.id) ? [] : messageIds));

/** Nobody is asked for an answer that would count as expired. The moment of the decision tells what became of it. */
const isTooLate = (moment: Moment, { clock, log, name }: NotifyPorts): boolean => {
  if (!isRequest(moment) || Date.parse(moment.expiresAt) > clock.now().getTime()) return false;
  log.warn('A request for approval came after its expiry and was not sent.', {
    outcome: 'too late',
    notifier: name,
    moment: moment.moment,
    momentId: moment.id,
    expiresAt: moment.expiresAt,
  });
  return true;
};

/** Sends messages one after the other. Returns the ids of the moments that were sent. */
const sendAll = async (messages: readonly (readonly Moment[])[], ports: NotifyPorts): Promise<ReadonlySet<string>> => {
  const sent = new Set<string>();
  let unanswered = 0;
  for (const moments of messages) {
    const { answered, delivered } = await patiently(moments, ports);
    if (!answered) unanswered += 1;
    if (delivered.kind === 'sent') {
      const ids = moments.map(({ id }) => id);
      for (const id of ids) sent.add(id);
      await remember(ids, ports);
    }
    report(moments, delivered, ports);
    if (delivered.kind === 'busy' || unanswered >= MOST_UNANSWERED) break;
  }
  return sent;
};

interface Tried {
  readonly answered: boolean;
  readonly delivered: Delivered;
}

/** Sends a message, and once more if the receiver asks for a few seconds. */
const patiently = async (moments: readonly Moment[], ports: NotifyPorts): Promise<Tried> => {
  const first = await attempt(moments, ports);
  if (first.delivered.kind !== 'busy' || first.delivered.retryAfterSeconds > PATIENCE_SECONDS) return first;
  await ports.clock.sleep(Math.max(1, first.delivered.retryAfterSeconds) * 1000);
  return attempt(moments, ports);
};

const attempt = async (moments: readonly Moment[], { channel }: NotifyPorts): Promise<Tried> => {
  try {
    return { answered: true, delivered: await channel.send(moments) };
  } catch (error) {
    return {
      answered: false,
      delivered: { kind: 'failed', why: error instanceof Error ? error.message : 'unknown error' },
    };
  }
};

/** If it cannot be remembered, a second delivery would be told twice. That is better than to send it again for sure. */
const remember = async (ids: readonly string[], ports: NotifyPorts): Promise<void> => {
  try {
    await rememberTold(ports, ids);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    ports.log.warn('What was sent could not be recorded.', { notifier: ports.name, moments: ids.length, why });
  }
};

const report = (moments: readonly Moment[], delivered: Delivered, { log, name }: NotifyPorts): void => {
  const about = { notifier: name, moments: moments.length, momentId: moments[0]?.id ?? '' };
  if (delivered.kind === 'sent') log.info('Sent.', { ...about, outcome: 'sent', note: delivered.note ?? '' });
  else log.warn('Not sent. It stays in the queue.', { ...about, outcome: delivered.kind, why: delivered.why });
};

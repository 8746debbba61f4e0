import * as z from 'zod';
import { contractBroken } from '../../contracts/errors.ts';
import { parseJson } from '../../contracts/json.ts';
import { Moment } from '../../contracts/moment.ts';
import { EVENT_SOURCE } from '../../contracts/approval-waiting.ts';

const Batch = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });
const BusEvent = z.object({ source: z.literal(EVENT_SOURCE), detail: Moment });

/** A moment and the messages of the queue that hold it: SQS and EventBridge may deliver twice. */
export interface Delivery {
  readonly moment: Moment;
  readonly messageIds: readonly string[];
}

/** The moments of a batch, each once, in the order of their time; and messages of the queue that hold none. */
export const deliveriesIn = (
  event: unknown,
): { readonly deliveries: readonly Delivery[]; readonly unreadable: readonly { messageId: string; why: string }[] } => {
  const batch = Batch.safeParse(event);
  if (!batch.success) throw contractBroken(`This is not a batch of a queue: ${batch.error.message}`);
  const read = batch.data.Records.map(({ messageId, body }) => ({
    messageId,
    parsed: BusEvent.safeParse(parseJson(body)),
  }));
  const unreadable = read.flatMap(({ messageId, parsed }) =>
    parsed.success ? [] : [{ messageId, why: z.prettifyError(parsed.error) }],
  );
  const readable = read.flatMap(({ messageId, parsed }) =>
    parsed.success ? [{ messageId, moment: parsed.data.detail }] : [],
  );
  const deliveries = [...Map.groupBy(readable, ({ moment }) => moment.id).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [{ moment: first.moment, messageIds: same.map(({ messageId }) => messageId) }];
  });
  return { deliveries: deliveries.toSorted(byTime), unreadable };
};

const byTime = ({ moment: one }: Delivery, { moment: other }: Delivery): number =>
  one.incidentId === other.incidentId ? one.seq - other.seq : one.at.localeCompare(other.at);

import type { TraceEvent } from '../../contracts/events.ts';
import { joined, plain, sentence, type PlainText } from './outside-text.ts';

/** Characters of one sign: ours are short, and the words of a guardrail may be long. */
const SIGN_LIMIT = 200;

/** Texts that the model read and that look like an attempt to instruct it: where each stands, and what it looks like. */
export const suspiciousTexts = (events: readonly TraceEvent[]): PlainText[] =>
  events.flatMap((event) => {
    if (event.kind === 'evidence.gathered')
      return flagged(plain`${event.data.evidence} (${event.data.tool})`, event.data.suspicions);
    if (event.kind === 'incident.attached')
      return flagged(plain`alarm ${event.data.alarm?.name ?? '?'}, which joined`, event.data.suspicions);
    return [];
  });

const flagged = (where: PlainText, signs: readonly string[] = []): PlainText[] => {
  const found = joined(
    signs.map((one) => sentence(one, SIGN_LIMIT)),
    ', ',
  );
  return signs.length === 0 ? [] : [plain`${where}: ${found}`];
};

import type { Answer } from './answer-record.ts';

/** Characters of a reason: a paragraph, since the model reads it. */
export const REASON_LIMIT = 1000;

/** What is wrong with the reason of an answer, for whoever gave it. Undefined if nothing is. */
export const reasonFault = ({
  answer,
  reason,
  breakGlass = false,
}: Pick<Answer, 'answer' | 'reason' | 'breakGlass'>): string | undefined => {
  if (answer === 'deny' && reason.trim() === '') return 'Say why you deny: the agent plans again with your reason.';
  if (reason.length > REASON_LIMIT) return `The reason has ${reason.length} characters; the limit is ${REASON_LIMIT}.`;
  if (breakGlass && answer === 'approve' && reason.trim() === '')
    return 'Say why this cannot wait: everyone is notified with your reason.';
  return undefined;
};

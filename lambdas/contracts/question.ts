import * as z from 'zod';

/** `source` of the event that asks a question. `checkrein ask` sends it. */
export const QUESTION_SOURCE = 'checkrein.ask';
/** `detail-type` of the event that asks a question. */
export const QUESTION_TYPE = 'Question';

/** Characters of a question. A longer one is a document, and belongs where the agent's tools can read it. */
export const QUESTION_CHARACTERS = 4000;

const SHORT = 200;

/** `detail` of the event that asks a question. */
export const QuestionDetail = z.strictObject({
  question: z.string(),
  /** Who asks. Whoever sends the event can write any name here: a claim. */
  askedBy: z.string().trim().min(1, 'a name').max(SHORT, `at most ${SHORT} characters`),
  /** The agent that is asked. Default: the one that takes the event. */
  agent: z.string().max(SHORT, `at most ${SHORT} characters`).optional(),
  /** What the question is about. Default: the account and Region of Checkrein itself. */
  location: z
    .strictObject({
      account: z.string().regex(/^\d{12}$/, 'a 12-digit account id'),
      region: z.string().min(1, 'a Region').max(64, 'a Region'),
    })
    .optional(),
});
export type QuestionDetail = z.infer<typeof QuestionDetail>;

import type { Conclusion } from '../../lambdas/contracts/conclusion.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { JsonObject, type Json } from '../../lambdas/contracts/json.ts';
import { joined, plain, quoted, sentence, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import { modelCost, shown } from '../../lambdas/kernel/trace/plan-text.ts';
import { callsOf } from '../../lambdas/kernel/trace/queries.ts';

/** How a line is coloured. */
export type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'quiet';

/** One event, for a person who has never seen Checkrein: a short tag, a sentence, details below it. */
export interface TimelineEntry {
  readonly tag: string;
  readonly tone: Tone;
  readonly text: PlainText;
  readonly details: readonly PlainText[];
}

/** Makes an entry. */
export const entry = (tag: string, tone: Tone, text: PlainText, details: readonly PlainText[] = []): TimelineEntry => ({
  tag,
  tone,
  text,
  details,
});

/** Characters of the model's words in one turn; all of them are on the trace. */
export const WORDS_LIMIT = 2000;
/** Characters of one line of evidence, and of one argument of a call. */
export const EVIDENCE_CHARACTERS = 200;
const ARGUMENT_LIMIT = 60;
/** The longest text of a conclusion, with room for links, which grow when they are taken apart. */
const CONCLUSION_LIMIT = 2400;

/** The first refusal among checks, with its reason. */
export const firstRefusal = (
  checks: readonly { readonly check: string; readonly outcome: string; readonly reason: string }[],
): PlainText => {
  const refusal = checks.find((check) => check.outcome === 'refused');
  return refusal === undefined ? plain`` : plain`(${refusal.check}): ${sentence(refusal.reason)}`;
};

/** Names of the checks that passed. */
export const passedNames = (checks: readonly { readonly check: string; readonly outcome: string }[]): PlainText =>
  joined([...new Set(checks.filter((check) => check.outcome === 'passed').map((check) => check.check))], ', ');

const argumentsOf = (input: Json): PlainText => {
  const fields = JsonObject.safeParse(input);
  if (!fields.success) return quoted(shown(input), ARGUMENT_LIMIT);
  return joined(
    Object.entries(fields.data).map(([key, value]) => plain`${key}: ${quotedUnlessWord(shown(value))}`),
    ', ',
  );
};

const quotedUnlessWord = (text: string): PlainText =>
  text.length > ARGUMENT_LIMIT ? quoted(text, ARGUMENT_LIMIT) : plain`${text}`;

/** A determining policy, with its reason. */
export const statementLine = (one: {
  readonly effect: string;
  readonly id: string;
  readonly reason: string;
}): PlainText => plain`${one.effect} ${one.id}: ${sentence(one.reason)}`;

/** A turn of the model: its words and its calls. */
export const modelEntry = (event: Extract<TraceEvent, { kind: 'model.called' }>): TimelineEntry => {
  const { turn, content, usage, costMicroUsd } = event.data;
  const words = content.flatMap((block) =>
    block.type === 'text' && block.text.trim() !== '' ? [plain`says ${quoted(block.text, WORDS_LIMIT)}`] : [],
  );
  const calls = callsOf(event).map((call) => plain`calls ${call.name}(${argumentsOf(call.input)})`);
  const tokens = usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const text = plain`turn ${turn}, ${tokens} tokens, ${sentence(modelCost(costMicroUsd))}`;
  return entry('model', 'plain', text, [...words, ...calls]);
};

/** A conclusion with nothing left out, whether it was accepted or not. */
export const conclusionLines = ({ summary, rootCause, confidence, claims, followUps }: Conclusion): PlainText[] => [
  plain`in the agent's words, summary: ${quoted(summary, CONCLUSION_LIMIT)}`,
  plain`root cause (${confidence} confidence): ${quoted(rootCause, CONCLUSION_LIMIT)}`,
  ...claims.map(({ text, evidence }) => plain`claim (${joined(evidence, ', ')}): ${quoted(text, CONCLUSION_LIMIT)}`),
  ...followUps.map((one) => plain`follow-up: ${quoted(one, CONCLUSION_LIMIT)}`),
];

import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { JsonObject, type Json } from '../../lambdas/contracts/json.ts';
import { modelCost, shown } from '../../lambdas/kernel/trace/plan-text.ts';
import { callsOf } from '../../lambdas/kernel/trace/queries.ts';

/** How a line is coloured. */
export type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'quiet';

/** One event, for a person who has never seen Checkrein: a short tag, a sentence, details below it. */
export interface TimelineEntry {
  readonly tag: string;
  readonly tone: Tone;
  readonly text: string;
  readonly details: readonly string[];
}

/** Makes an entry. */
export const entry = (tag: string, tone: Tone, text: string, details: readonly string[] = []): TimelineEntry => ({
  tag,
  tone,
  text,
  details,
});

/** The first refusal among checks, with its reason. */
export const firstRefusal = (
  checks: readonly { readonly check: string; readonly outcome: string; readonly reason: string }[],
): string => {
  const refusal = checks.find((check) => check.outcome === 'refused');
  return refusal === undefined ? '' : `(${refusal.check}) ${refusal.reason}`;
};

/** Names of the checks that passed. */
export const passedNames = (checks: readonly { readonly check: string; readonly outcome: string }[]): string =>
  [...new Set(checks.filter((check) => check.outcome === 'passed').map((check) => check.check))].join(', ');

const argumentsOf = (input: Json): string => {
  const fields = JsonObject.safeParse(input);
  if (!fields.success) return shown(input).slice(0, 60);
  return Object.entries(fields.data)
    .map(([key, value]) => `${key}: ${shown(value)}`.slice(0, 60))
    .join(', ');
};

/** The entry of a call of the model. */
export const modelEntry = (event: Extract<TraceEvent, { kind: 'model.called' }>): TimelineEntry => {
  const { turn, content, usage, costMicroUsd } = event.data;
  const words = content.flatMap((block) =>
    block.type === 'text' ? block.text.split('\n').filter((one) => one.trim() !== '') : [],
  );
  const calls = callsOf(event).map((call) => `calls ${call.name}(${argumentsOf(call.input)})`);
  const tokens = usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return entry('model', 'plain', `turn ${turn}, ${tokens} tokens, ${modelCost(costMicroUsd)}`, [...words, ...calls]);
};

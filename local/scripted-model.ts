import { ERROR } from '../lambdas/contracts/error-names.ts';
import type { Json } from '../lambdas/contracts/json.ts';
import { type ContentBlock, type Message, type ModelTurn, Usage } from '../lambdas/contracts/model.ts';
import { InputError, StepError } from '../lambdas/contracts/errors.ts';
import type { Model, ModelRequest } from '../lambdas/contracts/ports.ts';
import type { ScriptedTurn } from './script.ts';

/**
 * A model that plays a script. The number of assistant turns in the conversation selects the next turn,
 * so a retried step gets the same answer again, and incidents that run concurrently
 * each play the script from its start. Only outages are remembered: each happens once.
 */
export const scriptedModel = (script: readonly ScriptedTurn[], name = 'The script'): Model => {
  const turns = script.map((turn, index) => ({ ...turn, number: index + 1 }));
  const answers = turns.filter(({ fail }) => fail !== 'unavailable');
  const outages = turns.filter(({ fail }) => fail === 'unavailable');
  return {
    async decide(request) {
      const turnsSoFar = request.messages.filter(({ role }) => role === 'assistant').length;
      const turn = answers[turnsSoFar];
      const [outage] = outages;
      if (outage !== undefined && outage.number < (turn?.number ?? Infinity)) {
        outages.shift();
        throw unavailable(outage, name);
      }
      return turn === undefined ? ended(request, name) : play(turn, request, name);
    },
  };
};

/**
 * A model with a script for each of the first incidents, in the order in which they first ask it. Further incidents play the first
 * script. The first message of a conversation holds the fence of its incident, so no two incidents have the same one.
 */
export const scriptedIncidents = (
  script: readonly ScriptedTurn[],
  more: readonly (readonly ScriptedTurn[])[],
  name = 'The script',
): Model => {
  const first = scriptedModel(script, name);
  const models = [first, ...more.map((one, index) => scriptedModel(one, `${name}, incident ${index + 2}`))];
  const begun: string[] = [];
  return {
    async decide(request) {
      const opening = JSON.stringify(request.messages[0]);
      if (!begun.includes(opening)) begun.push(opening);
      return (models[begun.indexOf(opening)] ?? first).decide(request);
    },
  };
};

type NumberedTurn = ScriptedTurn & { readonly number: number };

const unavailable = ({ number }: NumberedTurn, name: string): StepError =>
  new StepError(
    ERROR.modelUnavailable,
    `${name}, turn ${number}: the model is unavailable, as scripted.`,
    'Try again.',
  );

/** An answer without a tool call, so that the harness escalates the incident to a human. */
const ended = (request: ModelRequest, name: string): ModelTurn =>
  answer(request, [{ type: 'text', text: `${name} has no further turn.` }], 'end_turn');

const play = (turn: NumberedTurn, request: ModelRequest, name: string): ModelTurn => {
  const fill = (placeholder: Placeholder): string => {
    const handle = newestHandle(request.messages, HANDLES[placeholder]);
    if (handle !== undefined) return handle;
    const problem = `\${${placeholder}} stands for the newest ${placeholder}, but the model has not seen one yet.`;
    throw new InputError(`${name}, turn ${turn.number}`, problem, 'Play this turn later, or write the handle itself.');
  };
  let calls = 0;
  const content = (turn.content ?? []).map((block): ContentBlock => {
    if (block.type !== 'tool_use') return block;
    calls += 1;
    return { ...block, id: block.id ?? `toolu_${turn.number}_${calls}`, input: filled(block.input, fill) };
  });
  const failed = turn.fail === 'unavailable' ? undefined : turn.fail;
  return answer(request, content, failed ?? turn.stopReason ?? (calls > 0 ? 'tool_use' : 'end_turn'), turn.usage);
};

type Placeholder = 'plan' | 'evidence';
const HANDLES = { plan: 'P', evidence: 'E' } as const satisfies Record<Placeholder, string>;
const PLACEHOLDER = /\$\{(plan|evidence)\}/g;

const filled = (input: Json, fill: (placeholder: Placeholder) => string): Json => {
  if (typeof input === 'string') {
    return input.replace(PLACEHOLDER, (_, which: string) => fill(which === 'plan' ? 'plan' : 'evidence'));
  }
  if (Array.isArray(input)) return input.map((item) => filled(item, fill));
  if (typeof input !== 'object' || input === null) return input;
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, filled(value, fill)]));
};

/** Handles are numbered from 1 without gaps, unlike a "P99" latency or an "E11000" in a log. */
const newestHandle = (messages: readonly Message[], letter: string): string | undefined => {
  const shown = messages.flatMap(({ role, content }) => (role === 'user' ? content : [])).map(({ text }) => text);
  const numbers = new Set(shown.join('\n').match(new RegExp(`\\b${letter}\\d+\\b`, 'g')));
  let newest = 0;
  while (numbers.has(`${letter}${newest + 1}`)) newest += 1;
  return newest === 0 ? undefined : `${letter}${newest}`;
};

const answer = (
  request: ModelRequest,
  content: ContentBlock[],
  stopReason: string,
  usage: ScriptedTurn['usage'] = {},
): ModelTurn => ({
  content,
  stopReason,
  usage: Usage.parse({ ...estimate(request, content), ...usage }),
  // Not the agent's model: a trace must not name a model that was never called.
  model: 'scripted',
});

/** About 4 characters per token. The previous request is read from the cache; the rest is written to it. */
const estimate = ({ system, tools, messages }: ModelRequest, content: readonly ContentBlock[]): Usage => {
  const all = tokensOf({ system, tools, messages });
  const cached = messages.length > 2 ? tokensOf({ system, tools, messages: messages.slice(0, -2) }) : 0;
  return {
    inputTokens: 0,
    outputTokens: tokensOf(content),
    cacheWriteTokens: all - cached,
    cacheReadTokens: cached,
  };
};

const tokensOf = (value: unknown): number => Math.ceil(JSON.stringify(value).length / 4);

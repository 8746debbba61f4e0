import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { Message, ModelTurn, ToolSpec } from '../../../../lambdas/contracts/model.ts';
import { CheckreinError } from '../../../../lambdas/contracts/errors.ts';
import type { ModelRequest } from '../../../../lambdas/contracts/ports.ts';
import * as fake from '../../../fakes/messages-api.ts';

const LOOK: ToolSpec = { name: 'look', description: 'Looks.', inputSchema: { type: 'object', properties: {} } };
export const TASK: Message = { role: 'user', content: [{ type: 'text', text: 'CPU alarm on i-1.' }] };
export const HELLO = fake.message([{ type: 'text', text: 'Hello.' }]);

/** A request with these messages after the task. */
export const modelRequest = (...messages: Message[]): ModelRequest => ({
  model: 'claude-sonnet-4-6',
  system: 'You investigate.',
  messages: [TASK, ...messages],
  tools: [LOOK],
  maxTokens: 1000,
});

/** A turn of the model that calls the tool once for each id, and the message with the results. */
export const called = (...ids: string[]): Message => ({
  role: 'assistant',
  content: ids.map((id) => ({ type: 'tool_use', id, name: 'look', input: {} })),
});
export const results = (...ids: string[]): Message => ({
  role: 'user',
  content: ids.map((toolUseId) => ({
    type: 'tool_result',
    toolUseId,
    text: `Seen by ${toolUseId}.`,
    isError: false,
  })),
});

/** The error that a turn ends with, which must not contain any of these secrets. */
export const failureOf = async (turn: Promise<ModelTurn>, ...secrets: string[]): Promise<CheckreinError> => {
  const thrown: unknown = await turn.catch((error: unknown) => error);
  if (!(thrown instanceof CheckreinError)) expect.fail(`expected one of our own errors, got ${inspect(thrown)}`);
  const all = inspect(thrown, { depth: 10, showHidden: true });
  for (const secret of secrets) expect(all).not.toContain(secret);
  return thrown;
};

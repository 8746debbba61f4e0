import type { Json } from '../../lambdas/contracts/json.ts';
import type { ContentBlock, ModelTurn } from '../../lambdas/contracts/model.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { Model, ModelRequest } from '../../lambdas/contracts/ports.ts';

/** What a turn is told to be: its blocks, or more where a test is about more. */
export type PresetTurn = readonly ContentBlock[] | (Partial<ModelTurn> & { readonly content: ContentBlock[] });

/** A model that says what it is told, in turn, and the last of it again and again. It keeps what it was asked. */
export class PresetModel implements Model {
  readonly requests: ModelRequest[] = [];
  readonly #turns: PresetTurn[] = [];
  #said: PresetTurn | undefined;

  /** What it says next. */
  tell(...turns: readonly PresetTurn[]): void {
    this.#turns.push(...turns);
  }

  async decide(request: ModelRequest): Promise<ModelTurn> {
    this.requests.push(structuredClone(request));
    this.#said = this.#turns.shift() ?? this.#said;
    const told = this.#said;
    if (told === undefined) throw new InputError('ToldModel', 'was asked, and told nothing', 'call tell() first');
    const turn = 'content' in told ? told : { content: [...told] };
    const usage = { inputTokens: 1000, outputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0 };
    return { stopReason: 'tool_use', model: request.model, usage, ...structuredClone(turn) };
  }
}

/** A tool call as a content block. */
export const call = (name: string, input: Json = {}, id = `toolu_${name}`): ContentBlock => ({
  type: 'tool_use',
  id,
  name,
  input,
});

/** Words as a content block. */
export const words = (text: string): ContentBlock => ({ type: 'text', text });

import type { Json } from '../../lambdas/contracts/json.ts';
import type { ContentBlock, ModelTurn } from '../../lambdas/contracts/model.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { Model, ModelRequest } from '../../lambdas/contracts/ports.ts';

/** One turn of the model: its content blocks, or a whole turn if the test needs more. */
export type PresetTurn = readonly ContentBlock[] | (Partial<ModelTurn> & { readonly content: ContentBlock[] });

/** A model that answers with preset turns in order, then repeats the last one. It records its requests. */
export class PresetModel implements Model {
  readonly requests: ModelRequest[] = [];
  readonly #turns: PresetTurn[] = [];
  #last: PresetTurn | undefined;

  /** Queues turns. */
  answerWith(...turns: readonly PresetTurn[]): void {
    this.#turns.push(...turns);
  }

  async decide(request: ModelRequest): Promise<ModelTurn> {
    this.requests.push(structuredClone(request));
    this.#last = this.#turns.shift() ?? this.#last;
    const preset = this.#last;
    if (preset === undefined)
      throw new InputError('PresetModel', 'it has no turn to answer with', 'a call of answerWith()');
    const turn = 'content' in preset ? preset : { content: [...preset] };
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

/** Text as a content block. */
export const words = (text: string): ContentBlock => ({ type: 'text', text });

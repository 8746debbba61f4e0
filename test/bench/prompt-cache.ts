import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Usage } from '../../lambdas/contracts/model.ts';

const Block = z.looseObject({ cache_control: z.unknown().optional() });

/** The parts of a request of the Messages API that the cache sees, in its order. */
export const CachedRequest = z.looseObject({
  tools: z.array(Block).default([]),
  system: z.array(Block),
  messages: z.array(z.looseObject({ role: z.string(), content: z.array(Block) })),
});
export type CachedRequest = z.infer<typeof CachedRequest>;

/** How far back from a breakpoint the API looks for what it stored, in blocks. */
const LOOK_BACK = 20;
/** A shorter prefix is not stored, in tokens. */
const LEAST = 1024;

/** About four characters a token, as the scripted model estimates. */
export const tokensOf = (value: unknown): number => Math.ceil(JSON.stringify(value).length / 4);

interface Prefix {
  readonly hash: string;
  readonly tokens: number;
  readonly isBreakpoint: boolean;
}

/** The prefix that ends with each block. */
const prefixesOf = ({ tools, system, messages }: CachedRequest): Prefix[] => {
  const blocks = [
    ...tools,
    ...system,
    ...messages.flatMap(({ role, content }) => content.map((one) => ({ role, ...one }))),
  ];
  const running = createHash('sha256');
  let tokens = 0;
  return blocks.map(({ cache_control: breakpoint, ...block }) => {
    running.update(JSON.stringify(block));
    tokens += tokensOf(block);
    return { hash: running.copy().digest('hex'), tokens, isBreakpoint: breakpoint !== undefined };
  });
};

/** The prompt cache of the API for one conversation: what each request reads, writes, and pays in full. */
export class PromptCache {
  readonly #stored = new Set<string>();
  #longest = 0;

  /** The tokens that the requests so far have stored at most, which the next one can read. */
  get cacheable(): number {
    return this.#longest;
  }

  /** The input tokens of the next request, as the API bills them. */
  request(request: CachedRequest): Omit<Usage, 'outputTokens'> {
    const prefixes = prefixesOf(request);
    const breakpoints = prefixes.flatMap(({ isBreakpoint, tokens }, index) =>
      isBreakpoint && tokens >= LEAST ? [index] : [],
    );
    const read = Math.max(0, ...breakpoints.map((index) => this.#foundBefore(prefixes, index)));
    const written = prefixes[breakpoints.at(-1) ?? -1]?.tokens ?? 0;
    for (const index of breakpoints) this.#stored.add(prefixes[index]?.hash ?? '');
    this.#longest = written;
    return {
      cacheReadTokens: read,
      cacheWriteTokens: Math.max(0, written - read),
      inputTokens: (prefixes.at(-1)?.tokens ?? 0) - Math.max(written, read),
    };
  }

  #foundBefore(prefixes: readonly Prefix[], breakpoint: number): number {
    for (let index = breakpoint; index >= Math.max(0, breakpoint - LOOK_BACK); index -= 1) {
      const prefix = prefixes[index];
      if (prefix !== undefined && this.#stored.has(prefix.hash)) return prefix.tokens;
    }
    return 0;
  }
}

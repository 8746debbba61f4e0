import { costMicroUsd } from '../../../lambdas/kernel/model/model-prices.ts';
import { toMessagesFormat } from '../../../lambdas/adapters/model/messages-format.ts';
import type { ModelTurn } from '../../../lambdas/contracts/model.ts';
import type { Model, ModelRequest } from '../../../lambdas/contracts/ports.ts';
import { scriptedModel } from '../../../local/scripted-model.ts';
import type { Laptop } from '../../../local/laptop.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import type { BenchContext } from '../context.ts';
import { counted, type Row } from '../figure.ts';
import { play } from '../play.ts';
import { CachedRequest, PromptCache, tokensOf } from '../prompt-cache.ts';
import { readOnlyStory, type Story } from '../story.ts';

const TURNS = 16;
/** So many that evidence has to be shortened. */
const LONG = 150;

/** A turn as our Decide asked for it, with the answers of AWS that came before it. */
interface Asked {
  readonly request: ModelRequest;
  readonly answer: ModelTurn;
  readonly raw: readonly unknown[];
}

/** What AWS answered to the tools, in full, as a loop without a harness would pass it on. A poll counts once. */
class RawAnswers {
  #answers = new Map<string, unknown>();

  listen({ account }: Laptop): void {
    const cloud = account.cloud.bind(account);
    account.cloud = (principal, calls) => {
      const its = cloud(principal, calls);
      return {
        ...its,
        send: async (request) => {
          const answer = await its.send(request);
          if (principal.step === 'observe') this.#answers.set(JSON.stringify(request), answer);
          return answer;
        },
      };
    };
  }

  /** Those since the last call. */
  take(): unknown[] {
    const taken = [...this.#answers.values()];
    this.#answers = new Map();
    return taken;
  }
}

const record = async (story: Story, context: BenchContext): Promise<Asked[]> => {
  const asked: Asked[] = [];
  const raw = new RawAnswers();
  const script = scriptedModel(story.script);
  const model: Model = {
    decide: async (request) => {
      const answer = await script.decide(request);
      asked.push({ request, answer, raw: raw.take() });
      return answer;
    },
  };
  const definition = context.definitionOf(story.rules);
  await play(story, { definition, ledger: new MemoryLedger(), model, prepare: (laptop) => raw.listen(laptop) });
  return asked;
};

const LIST_PRICE = { provider: 'anthropic', baseUrl: 'https://api.anthropic.com' } as const;
const BREAKPOINT = { cache_control: { type: 'ephemeral' } };

/** The whole conversation in dollars, and the share of what could be read that was. */
const priceOf = (requests: readonly CachedRequest[], asked: readonly Asked[]) => {
  const cache = new PromptCache();
  const total = { microUsd: 0, read: 0, cacheable: 0 };
  for (const [turn, request] of requests.entries()) {
    const one = asked[turn];
    if (one === undefined) continue;
    total.cacheable += cache.cacheable;
    const usage = { ...cache.request(request), outputTokens: tokensOf(one.answer.content) };
    total.read += usage.cacheReadTokens;
    total.microUsd += costMicroUsd(one.request.model, usage, LIST_PRICE);
  }
  return { usd: total.microUsd / 1_000_000, share: total.read / total.cacheable };
};

const ours = (asked: readonly Asked[]): CachedRequest[] =>
  asked.map(({ request }) => CachedRequest.parse(toMessagesFormat(request)));

type Blocks = CachedRequest['messages'][number]['content'];

/** The same tools, instructions and turns, and what AWS answered as it was. `cached`: with the API's own caching. */
const naive = (asked: readonly Asked[], cached: boolean): CachedRequest[] => {
  const messages: { role: string; content: Blocks }[] = [];
  return asked.map(({ request, raw }, turn) => {
    const before = asked[turn - 1]?.answer.content ?? [];
    const call = before.find((block) => block.type === 'tool_use');
    const text = JSON.stringify(raw);
    if (turn > 0) messages.push({ role: 'assistant', content: before.map((block) => ({ ...block })) });
    const results: Blocks = [
      call === undefined
        ? { type: 'text', text: `An alarm is in ALARM: find out why. ${text}` }
        : { type: 'tool_result', tool_use_id: call.id, content: text },
    ];
    messages.push({ role: 'user', content: results });
    const { system, tools } = CachedRequest.parse(toMessagesFormat(request));
    const marked = results.map((block) => (cached ? { ...block, ...BREAKPOINT } : block));
    return {
      tools,
      system: system.map((block) => ({ ...block, cache_control: cached ? BREAKPOINT.cache_control : undefined })),
      messages: [...messages.slice(0, -1), { role: 'user', content: marked }],
    };
  });
};

/** The turns before the first one in which evidence was shortened: there, what was sent before is not sent again. */
const beforeCompaction = (asked: readonly Asked[]): readonly Asked[] => {
  const compacts = asked.findIndex(({ request }) =>
    JSON.stringify(request.messages).includes('was shortened to save room'),
  );
  return compacts === -1 ? asked : asked.slice(0, compacts);
};

/** Row 9: the same conversation in dollars of the model. */
export const promptCost = async (context: BenchContext): Promise<Row> => {
  const asked = await record(readOnlyStory(TURNS), context);
  const own = priceOf(ours(asked), asked);
  const plain = priceOf(naive(asked, false), asked);
  const cached = priceOf(naive(asked, true), asked);
  context.progress(`${TURNS} turns were priced`);
  const long = await record(readOnlyStory(LONG, 'logs'), context);
  const short = beforeCompaction(long);
  const whole = priceOf(ours(long), long);
  const longCached = priceOf(naive(long, true), long);
  return {
    row: 9,
    title: 'The same conversation in dollars of the model',
    figures: [
      {
        name: `${TURNS} turns, naive loop without caching`,
        unit: '$',
        ours: counted(own.usd),
        peers: [{ name: 'naive', value: plain.usd }],
        aim: { most: 0.35 },
        aimOf: 'ratio',
      },
      {
        name: `${TURNS} turns, naive loop with caching`,
        unit: '$',
        ours: counted(own.usd),
        peers: [{ name: 'naive', value: cached.usd }],
        aim: { most: 0.7 },
        aimOf: 'ratio',
      },
      {
        name: 'share of the cacheable prefix that is read, nothing compacted',
        unit: '',
        ours: counted(priceOf(ours(short), short).share),
        aim: { least: 0.95 },
        moreIsBetter: true,
        keep: 'value',
      },
      {
        name: `${LONG} turns with compaction, naive loop with caching`,
        unit: '$',
        ours: counted(whole.usd),
        peers: [{ name: 'naive', value: longCached.usd }],
      },
      {
        name: `share that is read, ${LONG} turns with compaction`,
        unit: '',
        ours: counted(whole.share),
        moreIsBetter: true,
        keep: 'value',
      },
    ],
    notes: [
      `Evidence was shortened from turn ${short.length + 1} of ${long.length} on. Input of the ${TURNS} turns: ${asked.reduce((sum, { request }) => sum + tokensOf(request), 0)} tokens, four characters each.`,
    ],
  };
};

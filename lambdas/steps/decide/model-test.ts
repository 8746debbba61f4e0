import type { EventData } from '../../contracts/events.ts';
import { CheckreinError } from '../../contracts/errors.ts';
import type { Model, StepPorts } from '../../contracts/ports.ts';
import { dayKeys } from '../../kernel/limits/day-budget.ts';
import { costMicroUsd, modelPriceOf, unknownModelAdvice, worstCaseMicroUsd } from '../../kernel/model/model-prices.ts';
import { redactedText } from '../../kernel/redaction/redactor.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { reserveForDay } from './budget.ts';

/** What one run of the doctor may cost in all: a cent. */
const MAX_MICRO_USD = 10_000;
/** A function that is starting needs seconds for its first turn; somebody waits at a terminal. */
const MAX_WAIT_MS = 30_000;

const REQUEST = {
  system: 'Answer with one word.',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Ping.' }] }],
  tools: [],
  maxTokens: 1,
} as const;
/** More than the request has. */
const INPUT_TOKENS = 100;

export interface ModelTestPorts extends StepPorts {
  /** The model with a key that is read anew, not the one that this function has kept since it started. */
  readonly freshModel: () => Model;
}

type Tested = EventData<'model.tested'>['models'][number];

const silent = (model: string, reason: string, advice: string): Tested => ({
  model,
  answered: false,
  reason: redactedText(reason),
  advice,
  tokens: 0,
  costMicroUsd: 0,
});

/** Asks each model of the agents for one token, as a run of the doctor wants to know. No tool is offered to it. */
export const testModels = async (journal: Journal, ports: ModelTestPorts): Promise<void> => {
  await journal.once('model.tested', async () => {
    const source = ports.rules.settings.model;
    let spent = 0;
    const tests = [...new Set(ports.rules.agents.map(({ model }) => model))].map((model) => {
      if (modelPriceOf(model) === undefined)
        return async () => silent(model, `The model ${model} has no price.`, unknownModelAdvice(model));
      const worst = worstCaseMicroUsd(model, INPUT_TOKENS, REQUEST.maxTokens, source);
      spent += worst;
      return spent > MAX_MICRO_USD
        ? async () => silent(model, 'It was not asked: a run may cost a cent at most.', 'Use fewer models.')
        : () => testModel(model, worst, ports);
    });
    return { data: { models: await Promise.all(tests.map((test) => test())) } };
  });
};

/** Reserves the worst case of one model for the account's day, and asks. What stays reserved without an answer is tiny. */
const testModel = async (model: string, worst: number, ports: ModelTestPorts): Promise<Tested> => {
  const { ledger, clock, rules, freshModel } = ports;
  const { account } = dayKeys('', clock.now());
  const { added } = await reserveForDay(ledger, account, rules.settings.accountBudgetPerDay.dollars, worst);
  if (!added)
    return silent(model, 'It was not asked: the account has spent its money for today (UTC).', 'Ask tomorrow.');
  try {
    const answer = await clock.within(MAX_WAIT_MS, freshModel().decide({ ...REQUEST, model }));
    if (answer === undefined)
      return silent(model, `${model} gave no answer within ${MAX_WAIT_MS / 1000} s.`, 'Run the doctor again.');
    const { usage } = answer.value;
    const cost = costMicroUsd(model, usage, rules.settings.model);
    await ledger.add(account, { microUsd: cost - worst });
    const tokens = usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
    return { model, answered: true, reason: '', advice: '', tokens, costMicroUsd: cost };
  } catch (error) {
    if (!(error instanceof CheckreinError)) throw error;
    return silent(model, error.message, error.advice);
  }
};

import type * as z from 'zod';
import { DecideOutput, StepInput } from '../../contracts/flow.ts';
import type { Agent } from '../../contracts/agent.ts';
import type { TraceEventOf } from '../../contracts/events.ts';
import { toolSpecsOf } from '../../kernel/model/admission.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { isStuck, messagesOf } from '../../kernel/model/conversation.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { costMicroUsd } from '../../kernel/model/model-prices.ts';
import { systemPrompt } from '../../kernel/model/system-prompt.ts';
import { doctorRunOn, lastOf, openingOf } from '../../kernel/trace/queries.ts';
import { fenceOf } from '../../kernel/redaction/untrusted.ts';
import type { Model } from '../../contracts/ports.ts';
import type { Step } from '../../runtime/step.ts';
import { MAX_ANSWER_TOKENS, reserve, reconcileBudget, worstCase } from './budget.ts';
import { testModels, type ModelTestPorts } from './model-test.ts';
import { refusalReply, routeOf } from './route.ts';
import type { ToolPorts } from '../../tools/installed.ts';

/** How many turns in a row may lead to nothing before the incident goes to a human. */
const FUTILE_TURNS = 4;

export interface DecidePorts extends ModelTestPorts, ToolPorts {
  readonly model: Model;
}

type Output = z.infer<typeof DecideOutput>;
type Answered = { readonly turn: TraceEventOf<'model.called'>; readonly fresh: boolean };

const askModel = async (
  journal: Journal,
  ports: DecidePorts,
  agent: Agent,
  system: string,
  turn: number,
): Promise<Answered> => {
  const { event, replayed } = await journal.once('model.called', async () => {
    const started = ports.clock.now().getTime();
    const answer = await ports.model.decide({
      model: agent.model,
      system,
      messages: messagesOf(journal.events),
      tools: toolSpecsOf(agent, ports.installed.catalogue),
      maxTokens: MAX_ANSWER_TOKENS,
    });
    const latencyMs = ports.clock.now().getTime() - started;
    const cost = costMicroUsd(agent.model, answer.usage, ports.rules.settings.model);
    return { data: { ...answer, turn, costMicroUsd: cost, latencyMs } };
  });
  return { turn: event, fresh: !replayed };
};

/** First the models are tested. The clusters, if there are any, by the change zone: its role alone can prove their policy. */
const doctorTurn = async (journal: Journal, ports: DecidePorts): Promise<Pick<Output, 'seq' | 'next'>> => {
  if (lastOf(journal.eventsBefore, 'model.tested') !== undefined) return { seq: journal.seq, next: 'close' };
  await testModels(journal, ports);
  return { seq: journal.seq, next: ports.rules.settings.clusters.length === 0 ? 'close' : 'authorize' };
};

const run = async (input: StepInput, ports: DecidePorts): Promise<Output> => {
  const journal = await Journal.open(ports, 'decide', input);
  if (doctorRunOn(journal.events) !== undefined) {
    return { ...input, ...(await doctorTurn(journal, ports)) };
  }
  const agent = agentOf(ports.rules, input.agent);
  const goTo = (next: Output['next']): Output => ({
    ...input,
    seq: journal.seq,
    next,
  });
  const system = systemPrompt(agent, fenceOf(openingOf(journal.events).hash));
  const { event: budget } = await journal.once('budget.checked', async () => {
    const request = JSON.stringify([system, messagesOf(journal.events), toolSpecsOf(agent, ports.installed.catalogue)]);
    const next = worstCase(agent, Buffer.byteLength(request), ports.rules.settings.model);
    return { data: await reserve(ports, agent, journal.events, next) };
  });
  if (!budget.data.allowed) return goTo('close');
  const { turn, fresh } = await askModel(journal, ports, agent, system, budget.data.turn);
  if (fresh)
    await reconcileBudget(ports.ledger, agent.name, new Date(budget.at), budget.data.microUsd, turn.data.costMicroUsd);
  const route = routeOf(turn, agent, ports.installed.catalogue);
  for (const data of route.refusals)
    await journal.once('call.refused', () => ({ data, replies: [refusalReply(data)] }));
  const stuck = route.next === 'decide' && isStuck(journal.events, FUTILE_TURNS);
  const escalation =
    route.escalation ?? (stuck ? `${FUTILE_TURNS} turns in a row led to nothing but refused calls.` : undefined);
  if (escalation === undefined) return goTo(route.next);
  await journal.once('escalation.asked', () => ({ data: { reason: escalation } }));
  return goTo('close');
};

/** One model turn: reserves money, asks the model, and decides by its calls where the flow goes. */
export const decide: Step<StepInput, Output, DecidePorts> = {
  name: 'decide',
  input: StepInput,
  output: DecideOutput,
  run,
};

/** Participant: decisions a second of the policy engine, and of Cedar itself on the very calls that the engine makes of it. */
import { callsOf, rawDecision } from './cedar-calls.ts';
import { INSTALLED } from '../../../lambdas/providers/installed.ts';
import { policyEngine, type PolicyEngine } from '../../../lambdas/kernel/policy/engine.ts';
import { InputError } from '../../../lambdas/contracts/errors.ts';
import { synthesize } from '../../../lib/synthesize.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { threadCpu } from '../cpu-meter.ts';
import { play } from '../play.ts';
import { answerRounds } from '../rounds.ts';
import { approvedStory } from '../story.ts';

const MILLISECONDS = 500;

/** What the flow asked of the engine in one incident, to be asked again. */
const questions: (() => void)[] = [];
const story = await approvedStory();
const engine = policyEngine(story.rules, INSTALLED.providers);
const listening: PolicyEngine = {
  mayPropose: (question) => {
    questions.push(() => engine.mayPropose(question));
    return engine.mayPropose(question);
  },
  mayApplyUnattended: (question) => {
    questions.push(() => engine.mayApplyUnattended(question));
    return engine.mayApplyUnattended(question);
  },
  mayApprove: (question) => {
    questions.push(() => engine.mayApprove(question));
    return engine.mayApprove(question);
  },
  approvalsNeeded: (question) => {
    questions.push(() => engine.approvalsNeeded(question));
    return engine.approvalsNeeded(question);
  },
};
const definition = synthesize(story.rules).stateMachineDefinition;
await play(story, { definition, ledger: new MemoryLedger(), policy: listening });

const calls = callsOf(() => {
  for (const ask of questions) ask();
});
if (calls.length === 0)
  throw new InputError('policy engine', 'it no longer calls statefulIsAuthorized', 'a change of this file');

/** How many decisions of Cedar a second of CPU has. */
const rate = (all: readonly (() => unknown)[]): number => {
  const until = performance.now() + MILLISECONDS;
  const started = threadCpu();
  let times = 0;
  for (; performance.now() < until; times += 1) for (const one of all) one();
  return (times * calls.length * 1_000_000) / (threadCpu() - started);
};

const raw = calls.map((call) => () => rawDecision(call));
const round = (): object => ({ raw: rate(raw), ours: rate(questions), calls: calls.length });
round();
await answerRounds(round);

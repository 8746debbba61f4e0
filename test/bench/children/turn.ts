/** Participant: our own CPU of a read-only incident, of a turn that proposes, and of an approved incident. */
import { INSTALLED } from '../../../lambdas/providers/installed.ts';
import { policyEngine } from '../../../lambdas/kernel/policy/engine.ts';
import { synthesize } from '../../../lib/synthesize.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { CpuMeter, type Invocation } from '../cpu-meter.ts';
import { play } from '../play.ts';
import { answerRounds } from '../rounds.ts';
import { approvedStory, readOnlyStory, type Story } from '../story.ts';

const TURNS = 6;
const INCIDENTS = 12;
/** Until the engine has compiled what is hot. */
const WARM_UP = 60;

const readOnly = readOnlyStory(TURNS);
const approved = await approvedStory();
const definition = synthesize(readOnly.rules).stateMachineDefinition;
const policy = policyEngine(readOnly.rules, INSTALLED.providers);
const meter = new CpuMeter();

/** The invocations of so many incidents. */
const played = (story: Story): Promise<readonly Invocation[]> =>
  meter.round(async () => {
    for (let count = 0; count < INCIDENTS; count += 1)
      await play(story, { definition, policy, meter, ledger: new MemoryLedger() });
  });

const sum = (invocations: readonly Invocation[]): number => invocations.reduce((all, { micros }) => all + micros, 0);

/** The turns that propose: the turn of the model, and the judgement of its proposal. */
const proposing = (invocations: readonly Invocation[]): Invocation[] =>
  invocations.filter(
    ({ step }, index) =>
      (step === 'authorize' && invocations[index + 1]?.step === 'dry-run') ||
      (step === 'decide' && invocations[index + 1]?.step === 'authorize' && invocations[index + 2]?.step === 'dry-run'),
  );

const round = async (): Promise<{ readOnlyTurn: number; proposingTurn: number; approvedIncident: number }> => {
  const reads = await played(readOnly);
  const approvals = await played(approved);
  return {
    readOnlyTurn: sum(reads) / TURNS / INCIDENTS,
    proposingTurn: sum(proposing(approvals)) / INCIDENTS,
    approvedIncident: sum(approvals) / INCIDENTS,
  };
};

for (let count = 0; count < WARM_UP; count += INCIDENTS) await round();
await answerRounds(round);

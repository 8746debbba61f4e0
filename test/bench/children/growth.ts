/** Participant: our own CPU of the turns of a long incident, without what stands in for AWS. */
import { INSTALLED } from '../../../lambdas/providers/installed.ts';
import { policyEngine } from '../../../lambdas/kernel/policy/engine.ts';
import { synthesize } from '../../../lib/synthesize.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { CpuMeter, type Invocation } from '../cpu-meter.ts';
import { median } from '../noise.ts';
import { play } from '../play.ts';
import { answerRounds } from '../rounds.ts';
import { readOnlyStory } from '../story.ts';

/** Four turns around the third and around the hundredth, with the same calls: see `WINDOWS` in story.ts. */
const EARLY = [1, 5] as const;
const LATE = [97, 101] as const;
const TURNS = 102;

const story = readOnlyStory(TURNS);
const definition = synthesize(story.rules).stateMachineDefinition;
const policy = policyEngine(story.rules, INSTALLED.providers);
const meter = new CpuMeter();

/** Decide and the Observe behind it, of the turns from `first` up to `last`, counted from 0. */
const turns = (invocations: readonly Invocation[], [first, last]: readonly [number, number]): number => {
  const starts = invocations.flatMap(({ step }, index) => (step === 'decide' ? [index] : []));
  const its = invocations.slice(starts[first], starts[last]);
  return its.reduce((sum, { micros }) => sum + micros, 0) / (last - first);
};

const incident = () =>
  meter.round(async () => {
    await play(story, { definition, policy, meter, ledger: new MemoryLedger() });
  });

/** The median of a few incidents: four turns are soon over, and a collection of garbage may fall into them. */
const round = async (): Promise<object> => {
  const incidents = [await incident(), await incident(), await incident()];
  return {
    early: median(incidents.map((invocations) => turns(invocations, EARLY))),
    late: median(incidents.map((invocations) => turns(invocations, LATE))),
  };
};

await round();
await answerRounds(round);

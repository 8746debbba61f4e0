import type { Model } from '../../lambdas/contracts/ports.ts';
import type { LoadFixture } from './fixture.ts';
import { inspectIncident } from './inspection.ts';
import type { LoadOptions } from './options.ts';
import { AlarmSource } from './alarm-source.ts';
import { scriptFor, loadTarget, slowModel, loadWorld } from './worlds.ts';
import type { TraceMeter } from './trace-meter.ts';

/** Results of the phase that delivers many copies of one alarm. */
export interface CopiesResult {
  readonly delivered: number;
  readonly investigations: number;
  readonly modelTurns: number;
  readonly counted: number;
  readonly linesOnTrace: number;
  readonly seconds: number;
  readonly problems: readonly string[];
}

/** Executions at the same time. A limit bounds memory. */
const CONCURRENCY = 200;

/** A model that waits before it answers, which keeps the incident open while copies arrive. */
const pausedModel = (model: Model, until: Promise<unknown>): Model => ({
  decide: async (request) => {
    await until;
    return model.decide(request);
  },
});

/** Delivers copies of one alarm, each with its own event id, while its incident is open. */
export const deliverCopies = async (
  fixture: LoadFixture,
  traceMeter: TraceMeter,
  options: LoadOptions,
): Promise<CopiesResult> => {
  const target = loadTarget(options.incidents, options.incidents + 1);
  const gate = Promise.withResolvers<undefined>();
  const model = pausedModel(slowModel(scriptFor(target, 1, false), 0, fixture.random), gate.promise);
  const source = new AlarmSource(fixture, traceMeter, target, loadWorld(target, 1, false), model);

  const total = options.copies;
  const problems: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < total) {
      next += 1;
      const failure = await source.deliver(`copy-${next}`);
      if (failure !== undefined) problems.push(failure);
    }
  };
  traceMeter.begin();
  // The first execution lasts until its incident closes, so no worker can wait for it.
  const first = source.deliver('copy-0');
  while (traceMeter.incidents.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, total) }, worker));
  const { seconds } = traceMeter;
  gate.resolve(undefined);
  const failure = await first;
  if (failure !== undefined) problems.push(failure);

  const inspected = await Promise.all(
    [...source.opened].map((id) => inspectIncident(fixture.faultFreeLedger, id, 'healed')),
  );
  const sum = (value: 'copies' | 'attached' | 'turns'): number => inspected.reduce((all, one) => all + one[value], 0);
  if (inspected.length !== 1) problems.push(`${total} copies opened ${inspected.length} incidents instead of one.`);
  if (sum('copies') !== total) problems.push(`${sum('copies')} of ${total} copies were counted.`);
  return {
    delivered: total,
    investigations: inspected.length,
    modelTurns: sum('turns'),
    counted: sum('copies'),
    linesOnTrace: sum('attached'),
    seconds,
    problems: [...problems, ...inspected.flatMap((one) => one.problems)],
  };
};

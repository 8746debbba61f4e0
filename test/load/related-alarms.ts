import type { Model } from '../../lambdas/contracts/ports.ts';
import { attachedAlarms } from '../../lambdas/kernel/limits/attached-alarms.ts';
import type { LoadFixture } from './fixture.ts';
import { inspectIncident } from './inspection.ts';
import { World } from '../../local/account/world/world.ts';
import { STORIES, type LoadOptions, type Story } from './options.ts';
import { AlarmSource, type OtherAlarm } from './alarm-source.ts';
import { scriptFor, loadTarget, slowModel, loadWorld, type LoadTarget } from './worlds.ts';
import type { TraceMeter } from './trace-meter.ts';

/** Different alarms that belong together: all on one instance; or each on an instance of its own, with a known group or without. */
type Relation = Exclude<Story, 'copies'>;

/** Results of the phase that delivers many different alarms that belong together. */
export interface RelatedResult {
  readonly relation: Relation;
  readonly delivered: number;
  readonly investigations: number;
  /** Alarms that joined and have a row, for the close of their incident. */
  readonly attached: number;
  readonly linesOnTraces: number;
  readonly seconds: number;
  readonly problems: readonly string[];
}

const INVESTIGATIONS: Readonly<Record<Relation, number>> = { instance: 1, group: 3, metric: 3 };
const CONCURRENCY = 200;

const pausedModel = (model: Model, until: Promise<unknown>): Model => ({
  decide: async (request) => {
    await until;
    return model.decide(request);
  },
});

const otherAlarm = (relation: Relation, n: number): OtherAlarm =>
  relation === 'instance'
    ? { name: `other-${n}`, metric: `Metric${n}` }
    : { name: `other-${n}`, instanceId: `i-other-${n}` };

/** Tags of more instances than one minute of a storm looks up. */
const TAGGED = 500;

/** A world in which EC2 knows the group of the first instances. */
const inGroup = (world: World, firsts: readonly LoadTarget[]): World => {
  const others = Array.from({ length: TAGGED }, (_, n) => `i-other-${n}`);
  const Tags = [...firsts.map(({ instanceId }) => instanceId), ...others].map((ResourceId) => ({
    ...{ ResourceId, ResourceType: 'instance', Key: 'aws:autoscaling:groupName', Value: 'web' },
  }));
  return World.parse({ ...world, answers: [{ service: 'ec2', command: 'DescribeTags', answer: { Tags } }] });
};

/** Delivers many alarms while the first incidents, of one account, are open. */
export const deliverRelated = async (
  fixture: LoadFixture,
  traceMeter: TraceMeter,
  options: LoadOptions,
  relation: Relation,
): Promise<RelatedResult> => {
  const expected = INVESTIGATIONS[relation];
  const gate = Promise.withResolvers<undefined>();
  const account = options.incidents + 10 * (1 + STORIES.indexOf(relation));
  const targets = Array.from({ length: expected }, (_, index) => loadTarget(10 * account + index, 10 * account + 100));
  const sources = targets.map((target) => {
    const model = pausedModel(slowModel(scriptFor(target, 1, false), 0, fixture.random), gate.promise);
    const world = loadWorld(target, account, false);
    const its = relation === 'group' ? inGroup(world, targets) : world;
    return new AlarmSource(fixture, traceMeter, target, its, model);
  });
  const problems: string[] = [];
  const note = (failure: string | undefined): void => {
    if (failure !== undefined) problems.push(failure);
  };
  traceMeter.begin();
  const firsts = sources.map((source, index) => source.deliver(`${relation}-first-${index}`));
  while (traceMeter.incidents.length < expected) await new Promise((resolve) => setTimeout(resolve, 10));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < options.copies) {
      next += 1;
      note(await sources[0]?.deliver(`${relation}-${next}`, otherAlarm(relation, next)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, options.copies) }, worker));
  const { seconds } = traceMeter;
  const ids = sources.flatMap(({ opened }) => [...opened]);
  const rows = await Promise.all(ids.map((id) => attachedAlarms(fixture.faultFreeLedger, id)));
  gate.resolve(undefined);
  for (const first of firsts) note(await first);
  const inspected = await Promise.all(ids.map((id) => inspectIncident(fixture.faultFreeLedger, id, 'healed')));
  const attached = rows.flat().length;
  if (ids.length !== expected)
    problems.push(`${relation}: ${ids.length} incidents were opened instead of ${expected}.`);
  if (attached !== options.copies) problems.push(`${relation}: ${attached} of ${options.copies} alarms have a row.`);
  return {
    relation,
    delivered: options.copies,
    investigations: ids.length,
    attached,
    linesOnTraces: inspected.reduce((all, one) => all + one.attached, 0),
    seconds,
    problems: [...problems, ...inspected.flatMap((one) => one.problems)],
  };
};

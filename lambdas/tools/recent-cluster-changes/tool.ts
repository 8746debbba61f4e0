import type { Cloud } from '../../contracts/ports.ts';
import { listObjects, type Place } from '../kubernetes/call-cluster.ts';
import { KINDS } from '../kubernetes/input.ts';
import type { Metadata } from '../kubernetes/objects.ts';
import { listRevisions, revisionText } from '../kubernetes/revisions.ts';
import { whenText } from '../kubernetes/text.ts';
import { Workload } from '../kubernetes/workload.ts';
import { observeTool } from '../tool.ts';
import { writesOf } from '../kubernetes/writes.ts';
import { Autoscaler, CronJob } from './objects.ts';
import { manifest } from './manifest.ts';

/** Something that changed, and when. */
interface Change {
  readonly at: string;
  readonly says: string;
}

/** More are not read by anybody. */
const MOST_CHANGES = 60;

export const tool = observeTool(manifest, async (input, { cloud, clock }) => {
  const { namespace, workload, hours } = input;
  const now = clock.now();
  const since = now.getTime() - hours * 3_600_000;
  const kinds = ['deployments', 'statefulsets', 'daemonsets'] as const;
  const found = await Promise.all([
    ...kinds.map((kind) => changesOfKind(cloud, kind, input, workload, now)),
    autoscalerChanges(cloud, input, workload),
    cronJobChanges(cloud, input, workload),
  ]);
  const all = found.flat().toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at));
  const recent = all.filter(({ at }) => Date.parse(at) >= since);
  const where = `${namespace}${workload === undefined ? '' : `, of ${workload},`} in the last ${hours} hours`;
  const [before] = all.slice(recent.length);
  const last = before === undefined ? '' : ` Before that: ${whenText(before.at, now)}: ${before.says}`;
  if (recent.length === 0)
    return `Nothing is recorded as changed in ${where}. ConfigMaps and Secrets are not looked at.${last}`;
  return [
    // The finding first: people read only the first line of it.
    `${recent.length} ${recent.length === 1 ? 'change is' : 'changes are'} recorded in ${where}; the newest ${whenText(recent[0]?.at ?? '', now)}.`,
    ...recent.slice(0, MOST_CHANGES).map(({ at, says }) => `- ${whenText(at, now)}: ${says}`),
    ...(recent.length > MOST_CHANGES ? [`${MOST_CHANGES} of ${recent.length} shown.`] : []),
    ...(last === '' ? [] : [last.trim()]),
  ].join('\n');
});

const changesOfKind = async (
  cloud: Cloud,
  kind: keyof typeof KINDS,
  place: Place,
  name: string | undefined,
  now: Date,
): Promise<Change[]> => {
  const [{ items }, revisions] = await Promise.all([
    listObjects(cloud, 'apps/v1', kind, place, Workload),
    listRevisions(cloud, kind, place),
  ]);
  return items
    .filter(({ metadata }) => name === undefined || metadata.name === name)
    .flatMap(({ metadata }) => {
      const own = revisions.filter(({ owner }) => owner === metadata.uid);
      const made = own.map((one, index) => ({
        at: one.created,
        says: `${KINDS[kind]} ${metadata.name}: ${revisionText(one, own[index + 1], now)}`,
      }));
      return [...made, ...changesOfObject(KINDS[kind], metadata)];
    });
};

const autoscalerChanges = async (cloud: Cloud, place: Place, name: string | undefined): Promise<Change[]> => {
  const { items } = await listObjects(cloud, 'autoscaling/v2', 'horizontalpodautoscalers', place, Autoscaler);
  return items
    .filter(({ spec }) => name === undefined || spec.scaleTargetRef.name === name)
    .flatMap(({ metadata }) => changesOfObject('HorizontalPodAutoscaler', metadata));
};

const cronJobChanges = async (cloud: Cloud, place: Place, name: string | undefined): Promise<Change[]> => {
  const { items } = await listObjects(cloud, 'batch/v1', 'cronjobs', place, CronJob);
  return items
    .filter(({ metadata }) => name === undefined || metadata.name === name)
    .flatMap(({ metadata, spec }) => {
      const { schedule, suspend } = spec;
      const now = `${schedule}, ${suspend ? 'suspended' : 'not suspended'} now`;
      return changesOfObject('CronJob', metadata).map(({ at, says }) => ({ at, says: `${says} (${now})` }));
    });
};

const changesOfObject = (kind: string, metadata: Metadata): Change[] => [
  { at: metadata.creationTimestamp, says: `${kind} ${metadata.name} was created` },
  ...writesOf(metadata).map(({ at, says }) => ({ at, says: `${kind} ${metadata.name}: ${says}` })),
];

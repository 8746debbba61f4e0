import * as z from 'zod';
import type { Cloud } from '../../contracts/ports.ts';
import { listObjects, type Place } from '../kubernetes/call-cluster.ts';
import { listOf, ownerOf, Pod } from '../kubernetes/objects.ts';

const Named = z.object({ name: z.string().default('') });
const Source = z.object({ ...Named.shape, items: listOf(z.object({ key: z.string() })) });
type Source = z.output<typeof Source>;

const Container = Pod.shape.spec.shape.containers.element.extend({
  env: listOf(
    z.object({
      valueFrom: z.object({ configMapKeyRef: z.object({ ...Named.shape, key: z.string() }).optional() }).nullish(),
    }),
  ),
  envFrom: listOf(z.object({ configMapRef: Named.optional() })),
  volumeMounts: listOf(
    z.object({ name: z.string(), subPath: z.string().default(''), subPathExpr: z.string().default('') }),
  ),
});
type Container = z.output<typeof Container>;

const Volume = z.object({
  name: z.string(),
  configMap: Source.optional(),
  projected: z.object({ sources: listOf(z.object({ configMap: Source.optional() })) }).optional(),
});

const ReadingPod = Pod.extend({
  spec: Pod.shape.spec.extend({
    containers: listOf(Container),
    initContainers: listOf(Container),
    volumes: listOf(Volume),
  }),
});
type ReadingPod = z.output<typeof ReadingPod>;

/** One key of one ConfigMap. */
interface KeyOf {
  readonly name: string;
  readonly key: string;
}

/** How a pod learns a new value: only from a restart, from its volume within about a minute, or not at all. */
type Reading = 'restart' | 'volume' | 'none';

/** A pod that reads a key, and the workload that it belongs to. */
export interface Reader {
  readonly reading: Exclude<Reading, 'none'>;
  readonly workload: string;
  readonly ready: boolean;
}

/** The pods of a namespace that read a key, and whether these are all. */
export const readersOf = async (
  cloud: Cloud,
  place: Place & KeyOf,
): Promise<{ readonly readers: readonly Reader[]; readonly complete: boolean }> => {
  const { items, complete } = await listObjects(cloud, 'v1', 'pods', place, ReadingPod);
  const readers = items.flatMap((pod): Reader[] => {
    const reading = readingOf(pod, place);
    if (reading === 'none' || ['Succeeded', 'Failed'].includes(pod.status.phase)) return [];
    const owner = ownerOf(pod);
    const workload = owner === undefined ? `Pod ${pod.metadata.name}` : `${owner.kind} ${owner.name}`;
    const ready = pod.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
    return [{ reading, workload, ready }];
  });
  return { readers, complete };
};

const readingOf = ({ spec }: ReadingPod, of: KeyOf): Reading => {
  const volumes = new Set(
    spec.volumes.flatMap(({ name, configMap, projected }) => {
      const sources = [configMap, ...(projected?.sources ?? []).map((source) => source.configMap)];
      return sources.some((source) => source !== undefined && holds(source, of)) ? [name] : [];
    }),
  );
  const containers = [...spec.initContainers, ...spec.containers];
  if (containers.some((container) => readsOnce(container, of, volumes))) return 'restart';
  return containers.some(({ volumeMounts }) => volumeMounts.some(({ name }) => volumes.has(name))) ? 'volume' : 'none';
};

/** Without items, every key of the ConfigMap is a file. */
const holds = ({ name, items }: Source, of: KeyOf): boolean =>
  name === of.name && (items.length === 0 || items.some(({ key }) => key === of.key));

/** Variables are read at the start of a container, and a file that is mounted by subPath is never renewed. */
const readsOnce = ({ env, envFrom, volumeMounts }: Container, of: KeyOf, volumes: ReadonlySet<string>): boolean =>
  env.some(({ valueFrom }) => {
    const ref = valueFrom?.configMapKeyRef;
    return ref?.name === of.name && ref.key === of.key;
  }) ||
  envFrom.some(({ configMapRef }) => configMapRef?.name === of.name) ||
  volumeMounts.some(({ name, subPath, subPathExpr }) => volumes.has(name) && subPath + subPathExpr !== '');

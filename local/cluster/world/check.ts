import { CheckreinError } from '../../../lambdas/contracts/errors.ts';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import type { WorldProblem } from '../../account/world/problem.ts';
import { offsetMs } from '../../account/world/time.ts';
import { withDefaults } from '../objects/defaults.ts';
import { textIn, valueAt } from '../objects/json.ts';
import { resourceOf } from '../objects/resources.ts';
import { SCHEMAS, view } from '../objects/views.ts';
import { resourceFaults } from '../objects/validation.ts';
import { leavesOf, shownPath } from '../fields/paths.ts';
import { pathOf } from '../fields/managers.ts';
import { imageNames, podSpecOf } from './templates.ts';

interface Named {
  readonly of: string;
}
/** Something that happens to a node. */
interface NodeFault {
  readonly node: string;
  readonly at: string;
}
interface Checked {
  readonly objects: readonly JsonObject[];
  readonly usage: readonly (Named & { readonly container?: string | undefined })[];
  readonly logs: readonly (Named & { readonly container?: string | undefined })[];
  readonly images: Readonly<Record<string, { readonly unreadyWhile?: { readonly configMap: string } | undefined }>>;
  readonly writers: readonly (Named & { readonly fields?: readonly string[] | undefined })[];
  readonly changes: readonly (Named & { readonly at: string; readonly merge: Json })[];
  readonly nodeDown?: NodeFault | undefined;
  readonly diskFull?: NodeFault | undefined;
  readonly volumes: readonly Named[];
  readonly events: readonly Named[];
  readonly faults: readonly { readonly set?: (Named & { readonly merge?: Json | undefined }) | undefined }[];
}

/** How long before now the simulation begins. */
export const WARM_UP_MS = 7_200_000;

/** Finds every object that is none, every name that refers to nothing, and every value that a cluster would refuse. */
export const clusterProblems = (cluster: Checked): WorldProblem[] => {
  const broken = cluster.objects.flatMap(manifestProblems);
  return broken.length > 0 ? broken : [...objectProblems(cluster.objects), ...referenceProblems(cluster)];
};

/** An object as the other parts of the world file name it. */
export const nameOf = (object: JsonObject): string => {
  const { namespace, name } = view.any(object).metadata;
  return `${namespace === '' ? '-' : namespace}/${resourceOf(object).resource}/${name}`;
};

const manifestProblems = (object: JsonObject, n: number): WorldProblem[] => {
  const start = ['objects', n];
  const missing = [['apiVersion'], ['kind'], ['metadata', 'name']].filter(
    (path) => textIn(valueAt(object, ...path)) === undefined,
  );
  if (missing.length > 0)
    return missing.map((path) => ({ path: [...start, ...path], message: 'a text, as in every manifest' }));
  try {
    const parsed = SCHEMAS[textIn(object['kind']) ?? '']?.safeParse(withDefaults(object));
    if (parsed?.success === false)
      return parsed.error.issues.map(({ path, message }) => ({ path: [...start, ...path.map(segment)], message }));
    const faults = resourceFaults(withDefaults(object));
    return faults.map(({ path, message }) => ({
      path: [...start, ...path],
      message: `a value that the cluster accepts: ${message}`,
    }));
  } catch (refused) {
    if (!(refused instanceof CheckreinError)) throw refused;
    return [{ path: start, message: `quantities of Kubernetes. ${refused.message}` }];
  }
};

const segment = (part: PropertyKey): string | number => (typeof part === 'number' ? part : String(part));

const objectProblems = (objects: readonly JsonObject[]): WorldProblem[] => {
  const names = objects.map(nameOf);
  const kinds = objects.map((object, n) => `${textIn(object['apiVersion']) ?? ''} ${names[n] ?? ''}`);
  const namespaces = objects.flatMap((one) => (one['kind'] === 'Namespace' ? [view.any(one).metadata.name] : []));
  return objects.flatMap((object, n) => {
    const { metadata } = view.any(object);
    const found: WorldProblem[] = [];
    const expectThat = (holds: boolean, path: readonly string[], message: string) => {
      if (!holds) found.push({ path: ['objects', n, ...path], message });
    };
    expectThat(kinds.indexOf(kinds[n] ?? '') === n, ['metadata', 'name'], 'another name: this object is there twice');
    if (resourceOf(object).namespaced)
      expectThat(
        namespaces.includes(metadata.namespace),
        ['metadata', 'namespace'],
        oneOf(namespaces, 'namespaces (an object of kind Namespace)'),
      );
    const owner = metadata.ownerReferences[0];
    const owned =
      owner === undefined ||
      objects.some((one) => one['kind'] === owner.kind && view.any(one).metadata.name === owner.name);
    expectThat(owned, ['metadata', 'ownerReferences'], 'an owner that is an object of this cluster');
    if (object['kind'] !== 'HorizontalPodAutoscaler') return found;
    const { scaleTargetRef } = view.autoscaler(object).spec;
    const scaled = objects.some(
      (one) => one['kind'] === scaleTargetRef.kind && view.any(one).metadata.name === scaleTargetRef.name,
    );
    expectThat(scaled, ['spec', 'scaleTargetRef'], 'a workload of this cluster');
    return found;
  });
};

const referenceProblems = (cluster: Checked): WorldProblem[] => {
  const { objects, usage, logs, writers, changes, events, faults } = cluster;
  const known = new Map(objects.map((object) => [nameOf(object), object]));
  const unknown = (of: string, path: WorldProblem['path']): WorldProblem[] =>
    known.has(of) ? [] : [{ path, message: oneOf([...known.keys()], 'objects') }];
  const ofPods = (key: string, list: Checked['usage']): WorldProblem[] =>
    list.flatMap(({ of, container }, n) => {
      const names = podSpecOf(known.get(of))?.containers.map(({ name }) => name);
      if (names === undefined)
        return [
          {
            path: [key, n, 'of'],
            message: oneOf(
              [...known].flatMap(([name, one]) => (podSpecOf(one) ? [name] : [])),
              'workloads',
            ),
          },
        ];
      const fits = container === undefined || names.includes(container);
      return fits ? [] : [{ path: [key, n, 'container'], message: `a container of ${of}: ${names.join(', ')}` }];
    });
  const claims = [...known].flatMap(([name, one]) => (one['kind'] === 'PersistentVolumeClaim' ? [name] : []));
  const images = imageNames([
    ...objects,
    ...changes.map(({ merge }) => merge),
    ...faults.map(({ set }) => set?.merge ?? null),
  ]);
  return [
    ...ofPods('usage', usage),
    ...ofPods('logs', logs),
    ...writers.flatMap(({ of, fields = [] }, n) => [
      ...unknown(of, ['writers', n, 'of']),
      ...fields.flatMap((field, f) => unownedField(field, known.get(of), ['writers', n, 'fields', f])),
    ]),
    ...cluster.volumes.flatMap(({ of }, n) =>
      known.get(of)?.['kind'] === 'PersistentVolumeClaim'
        ? []
        : [{ path: ['volumes', n, 'of'], message: oneOf(claims, 'claims (objects of kind PersistentVolumeClaim)') }],
    ),
    ...events.flatMap(({ of }, n) => (/\/pods\//.test(of) ? [] : unknown(of, ['events', n, 'of']))),
    ...changes.flatMap(({ of, at }, n) => [
      ...unknown(of, ['changes', n, 'of']),
      ...tooEarly(at, ['changes', n, 'at'], 'what is older is a manifest'),
    ]),
    ...nodeFaultProblems(objects, 'nodeDown', cluster.nodeDown),
    ...nodeFaultProblems(objects, 'diskFull', cluster.diskFull),
    ...faults.flatMap(({ set }, n) => (set === undefined ? [] : unknown(set.of, ['faults', n, 'set', 'of']))),
    ...Object.entries(cluster.images).flatMap(([image, { unreadyWhile }]) => [
      ...(images.has(image) ? [] : [{ path: ['images', image], message: oneOf([...images], 'images') }]),
      ...(unreadyWhile ? unknown(unreadyWhile.configMap, ['images', image, 'unreadyWhile', 'configMap']) : []),
    ]),
  ];
};

/** The simulation begins two hours before now. */
const tooEarly = (at: string, path: WorldProblem['path'], instead: string): WorldProblem[] =>
  offsetMs(at) >= -WARM_UP_MS ? [] : [{ path, message: `a time of at most two hours before now; ${instead}` }];

const nodeFaultProblems = (objects: Checked['objects'], field: string, fault?: NodeFault): WorldProblem[] => {
  if (fault === undefined) return [];
  const nodes = objects.flatMap((one) => (one['kind'] === 'Node' ? [view.any(one).metadata.name] : []));
  const known = nodes.includes(fault.node);
  return [
    ...(known ? [] : [{ path: [field, 'node'], message: oneOf(nodes, 'nodes (objects of kind Node)') }]),
    ...tooEarly(fault.at, [field, 'at'], 'a node with an older fault is left out'),
  ];
};

const unownedField = (field: string, object: JsonObject | undefined, path: WorldProblem['path']): WorldProblem[] => {
  if (object === undefined) return [];
  const shown = [...leavesOf(object).keys()].map((leaf) => shownPath(pathOf(leaf)));
  return shown.some((leaf) => leaf.startsWith(field))
    ? []
    : [{ path, message: `a field that the manifest has: ${shown.join(', ')}` }];
};

const oneOf = (names: readonly string[], what: string): string =>
  names.length === 0
    ? `nothing: this cluster has no ${what}`
    : `one of the ${what} of this cluster: ${names.join(', ')}`;

import * as z from 'zod';
import { KUBERNETES } from '../../../contracts/clusters.ts';
import type { Target } from '../../../contracts/plan.ts';
import type { Cloud } from '../../../contracts/ports.ts';
import { PRODUCTION } from '../../../contracts/settings.ts';
import { environmentOf } from '../../environment.ts';
import { callCluster, type Place } from '../call-cluster.ts';
import { Metadata } from '../objects.ts';

/** The read that `targetOfObject` makes. */
export const TARGET_READS = [{ service: 'v1', command: 'get namespaces' }] as const;

const Namespace = z.object({
  metadata: z.object({ labels: Metadata.shape.labels, annotations: Metadata.shape.annotations }),
});

/** Our own marks. Keys of labels and annotations have no colon: `checkrein.dev/protect` is the tag `checkrein:protect`. */
const OURS = 'checkrein.dev/';

/** An object that a change is about. */
export interface NamedObject extends Place {
  /** What policies call it: `kubernetes-workload`. */
  readonly kind: string;
  /** In lower-case plural, e.g. `deployments`. */
  readonly resource: string;
  readonly name: string;
}

/** What is read of the object. One that is gone has no UID. */
type Known = Pick<Metadata, 'labels' | 'annotations'> & { readonly uid?: string | undefined };

/**
 * An object of a cluster as the target of a change. Its tags are the labels of its namespace and its own, which win, and
 * marks of ours in the annotations of either, and in both of the owners. Its environment is that of its namespace, whoever labels the object.
 */
export const targetOfObject = async (
  cloud: Cloud,
  { cluster, namespace, kind, resource, name }: NamedObject,
  { uid, labels, annotations }: Known,
  owners: readonly Pick<Known, 'labels' | 'annotations'>[] = [],
): Promise<Target> => {
  const request = { service: 'v1', command: 'get namespaces', input: { cluster, namespace, name: namespace } };
  const { metadata } = await callCluster(cloud, request, Namespace);
  return {
    kind,
    id: `${namespace}/${resource}/${name}`,
    provider: KUBERNETES,
    ref: `k8s://${cluster}/${namespace}/${resource}/${name}`,
    ...(uid !== undefined && { uid }),
    account: cloud.account,
    region: cloud.region,
    environment: environmentOf(metadata.labels),
    tags: {
      ...metadata.labels,
      ...labels,
      ...Object.fromEntries(
        [{ labels, annotations }, ...owners, metadata].map(marksOf).flatMap(Object.entries<string>),
      ),
    },
  };
};

/**
 * An object that is in no namespace as the target of a change. Its environment is that of the cluster, whoever labels it: the
 * kernel reads it from the settings.
 */
export const targetInNoNamespace = (
  cloud: Cloud,
  { cluster, kind, resource, name }: Omit<NamedObject, 'namespace'>,
  { uid, labels, annotations }: Known,
): Target => ({
  kind,
  id: `${resource}/${name}`,
  provider: KUBERNETES,
  ref: `k8s://${cluster}/-/${resource}/${name}`,
  ...(uid !== undefined && { uid }),
  account: cloud.account,
  region: cloud.region,
  environment: PRODUCTION,
  tags: { ...labels, ...marksIn(annotations), ...marksIn(labels) },
});

/** What protects a namespace or a workload protects what is in it, whatever that says: the later of these win. */
const marksOf = ({ labels, annotations }: Pick<Known, 'labels' | 'annotations'>): Record<string, string> => ({
  ...marksIn(annotations),
  ...marksIn(labels),
});

const marksIn = (keys: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(keys).flatMap(([key, value]) =>
      key.startsWith(OURS) ? [[`checkrein:${key.slice(OURS.length)}`, value]] : [],
    ),
  );

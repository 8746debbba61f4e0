import * as z from 'zod';
import { CloudError, ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { callCluster, type Place } from '../kubernetes/call-cluster.ts';
import type { Metadata } from '../kubernetes/objects.ts';
import { LabelSelector } from '../kubernetes/selector.ts';
import { controllerOf, OwnedMetadata, type ControllerRef } from './pod.ts';

/** The controllers whose number of pods is known, and what the API calls them. */
const RESOURCES: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicasets',
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
};
const APPS = 'apps/v1';

const count = z.int().default(0);
const Controller = z.object({
  metadata: OwnedMetadata,
  spec: z.object({ replicas: z.int().optional(), selector: LabelSelector.optional() }),
  status: z.object({
    readyReplicas: count,
    updateRevision: z.string().optional(),
    desiredNumberScheduled: count,
    numberReady: count,
  }),
});

/** What makes pods, and how many. */
export interface Maker {
  readonly ref: ControllerRef;
  /** `the StatefulSet ledger`. */
  readonly says: string;
  readonly wanted: number;
  readonly ready: number;
  readonly labels: Readonly<Record<string, string>>;
  /** What makes the maker: of a ReplicaSet its Deployment. */
  readonly owner: ControllerRef | null;
  readonly metadata: Pick<Metadata, 'labels' | 'annotations'>;
  /** The newest template of a StatefulSet. */
  readonly newestRevision: string | undefined;
}

/** Whether this is a controller that makes a pod again, as one of Kubernetes itself does. */
export const isKnown = ({ apiVersion, kind }: ControllerRef): boolean =>
  apiVersion === APPS && Object.hasOwn(RESOURCES, kind);

/** What makes the pods of a reference. Undefined if that very one is not there any more. */
export const readMaker = async (cloud: Cloud, place: Place, ref: ControllerRef): Promise<Maker | undefined> => {
  const { cluster, namespace } = place;
  const { kind, name, uid } = ref;
  const resource = RESOURCES[kind];
  if (resource === undefined || !isKnown(ref))
    throw new ToolRefusal(`How many pods the ${kind} ${name} (${ref.apiVersion}) wants is not known.`);
  try {
    const request = { service: APPS, command: `get ${resource}`, input: { cluster, namespace, name } };
    const { metadata, spec, status } = await callCluster(cloud, request, Controller);
    if (metadata.uid !== uid) return undefined;
    const isDaemonSet = kind === 'DaemonSet';
    return {
      ref,
      says: `the ${kind} ${name}`,
      wanted: isDaemonSet ? status.desiredNumberScheduled : (spec.replicas ?? 1),
      ready: isDaemonSet ? status.numberReady : status.readyReplicas,
      labels: spec.selector?.matchLabels ?? {},
      owner: controllerOf(metadata),
      metadata,
      newestRevision: status.updateRevision,
    };
  } catch (error) {
    if (error instanceof CloudError && error.code === 'NotFound') return undefined;
    throw error;
  }
};

/** The workload that serves: of a ReplicaSet its Deployment, which may have pods of two templates. */
export const workloadBehind = async (cloud: Cloud, place: Place, maker: Maker): Promise<Maker> =>
  maker.owner !== null && isKnown(maker.owner) ? ((await readMaker(cloud, place, maker.owner)) ?? maker) : maker;

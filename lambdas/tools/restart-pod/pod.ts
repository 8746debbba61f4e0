import * as z from 'zod';
import { CloudError } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { callCluster, type Place } from '../kubernetes/call-cluster.ts';
import { listOf, Metadata, Pod } from '../kubernetes/objects.ts';

/** The one controller of an object: who makes it again. */
export const ControllerRef = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
});
export type ControllerRef = z.output<typeof ControllerRef>;

const OwnerReference = z.object({ ...ControllerRef.shape, controller: z.boolean().default(false) });
/** Metadata with what tells whose an object is, and whether it is being deleted. */
export const OwnedMetadata = Metadata.extend({
  ownerReferences: listOf(OwnerReference),
  deletionTimestamp: z.string().nullish(),
});

const Volume = z.object({ name: z.string(), emptyDir: z.unknown().optional(), ephemeral: z.unknown().optional() });

/** A pod with what matters for its eviction. */
export const RestartedPod = Pod.extend({
  metadata: OwnedMetadata,
  spec: Pod.shape.spec.extend({
    volumes: listOf(Volume),
    terminationGracePeriodSeconds: z.int().nullish(),
  }),
});
export type RestartedPod = z.output<typeof RestartedPod>;

/** Which pod. */
export interface PodPlace extends Place {
  readonly name: string;
}

/** Reads one pod. Undefined if there is none of this name. */
export const readPod = async (
  cloud: Cloud,
  { cluster, namespace, name }: PodPlace,
): Promise<RestartedPod | undefined> => {
  try {
    const request = { service: 'v1', command: 'get pods', input: { cluster, namespace, name } };
    return await callCluster(cloud, request, RestartedPod);
  } catch (error) {
    if (error instanceof CloudError && error.code === 'NotFound') return undefined;
    throw error;
  }
};

/** The controller of an object. An owner that is no controller makes nothing again. */
export const controllerOf = ({ ownerReferences }: z.output<typeof OwnedMetadata>): ControllerRef | null => {
  const owner = ownerReferences.find(({ controller }) => controller);
  return owner === undefined
    ? null
    : { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid };
};

/** Whether somebody has begun to delete a pod. */
export const isDeleting = ({ metadata }: RestartedPod): boolean => typeof metadata.deletionTimestamp === 'string';

/** Whether a pod takes requests. */
export const isReady = ({ status }: RestartedPod): boolean =>
  status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');

/** How long a pod may take to stop, in seconds. */
export const graceOf = ({ spec }: RestartedPod): number => spec.terminationGracePeriodSeconds ?? 30;

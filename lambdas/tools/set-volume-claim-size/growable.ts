import * as z from 'zod';
import { CloudError, ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import type { ObjectPlace } from '../kubernetes/changes/object.ts';
import { callCluster } from '../kubernetes/call-cluster.ts';
import { nanosOf } from '../kubernetes/quantity.ts';
import { driverSays, resizeOf, sizeOf, type Claim } from './claim.ts';

/** A class may have parameters of its driver, which are not read. */
const StorageClass = z.object({ allowVolumeExpansion: z.boolean().nullish() });

/** Throws where a claim could not grow to this size, or is growing already. */
export const assertGrowable = async (cloud: Cloud, place: ObjectPlace, claim: Claim, to: string): Promise<void> => {
  const { name, deletionTimestamp } = claim.metadata;
  const { phase, capacity } = claim.status;
  if (deletionTimestamp !== undefined) throw new ToolRefusal(`${name} is being deleted, so it is not grown.`);
  if (phase !== 'Bound')
    throw new ToolRefusal(
      `${name} is ${phase}, not Bound: there is no volume yet that could grow. Its events say why it has none.`,
    );
  assertNoResize(claim);
  if (nanosOf(to) <= nanosOf(capacity.storage))
    throw new ToolRefusal(
      `The volume of ${name} has ${capacity.storage} already, more than the ${sizeOf(claim)} that it asks for. Propose more than ${capacity.storage}.`,
    );
  await assertExpandable(cloud, place, claim);
};

const assertNoResize = (claim: Claim): void => {
  const { name } = claim.metadata;
  const to = sizeOf(claim);
  switch (resizeOf(claim)) {
    case 'done':
      return;
    case 'given up':
      throw new ToolRefusal(
        `The last resize of ${name}, to ${to}, was given up by the driver of its volume${driverSays(claim)}. Another size is not tried; escalate to whoever runs the storage.`,
      );
    case 'waiting for its file system':
      throw new ToolRefusal(
        `${name} is being resized already: its volume has ${to}, and its file system waits for the node, or for a restart of the pods that mount it (restart_pod).`,
      );
    case 'going on':
      throw new ToolRefusal(
        `${name} is being resized to ${to} already${driverSays(claim)}. Wait for that, and look again.`,
      );
  }
};

/** Only the class that the claim names is read, by its name. */
const assertExpandable = async (cloud: Cloud, { cluster }: ObjectPlace, claim: Claim): Promise<void> => {
  const { name } = claim.metadata;
  const { storageClassName } = claim.spec;
  if (storageClassName === '')
    throw new ToolRefusal(
      `${name} has no StorageClass: somebody made its volume by hand, and only they can grow it. Escalate.`,
    );
  const read = {
    service: 'storage.k8s.io/v1',
    command: 'get storageclasses',
    input: { cluster, name: storageClassName },
  };
  const found = await callCluster(cloud, read, StorageClass).catch((error: unknown) => {
    if (error instanceof CloudError && error.code === 'NotFound') return undefined;
    throw error;
  });
  if (found === undefined)
    throw new ToolRefusal(
      `${name} names the StorageClass ${storageClassName}, which is not there any more, so the cluster grows none of its volumes. Escalate.`,
    );
  if (found.allowVolumeExpansion !== true)
    throw new ToolRefusal(
      `The StorageClass ${storageClassName} of ${name} does not allow expansion (allowVolumeExpansion). Free space on it, or escalate for a new volume.`,
    );
};

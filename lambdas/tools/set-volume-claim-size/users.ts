import * as z from 'zod';
import type { DryRunCheck } from '../../contracts/plan.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { listObjects, type Place } from '../kubernetes/call-cluster.ts';
import { listOf, Metadata, Pod } from '../kubernetes/objects.ts';
import type { Claim } from './claim.ts';

const MountingPod = Pod.extend({
  spec: Pod.shape.spec.extend({
    volumes: listOf(z.object({ persistentVolumeClaim: z.object({ claimName: z.string() }).optional() })),
  }),
});

/** The pods that mount a claim and have not ended: how many, and how many of them are ready. */
export const mountsOf = async (cloud: Cloud, place: Place, claim: string) => {
  const { items } = await listObjects(cloud, 'v1', 'pods', place, MountingPod);
  const pods = items.filter(
    ({ spec, status }) =>
      !['Succeeded', 'Failed'].includes(status.phase) &&
      spec.volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim),
  );
  const ready = pods.filter(({ status }) =>
    status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  return { pods: pods.length, ready: ready.length };
};

const StatefulSet = z.object({
  metadata: Metadata,
  spec: z.object({
    volumeClaimTemplates: listOf(
      z.object({
        metadata: z.object({ name: z.string() }),
        spec: z.object({
          resources: z.object({ requests: z.object({ storage: z.string().default('0') }).prefault({}) }).prefault({}),
        }),
      }),
    ),
  }),
});

/** What an approver should know of a claim that a StatefulSet makes: its template stays as it is. Empty for any other. */
export const templateChecks = async (
  cloud: Cloud,
  place: Place,
  { metadata }: Pick<Claim, 'metadata'>,
): Promise<readonly DryRunCheck[]> => {
  const { items } = await listObjects(cloud, 'apps/v1', 'statefulsets', place, StatefulSet);
  return items.flatMap((set) =>
    set.spec.volumeClaimTemplates
      // A claim names its owner only where the StatefulSet deletes its claims, so its name tells.
      .filter((template) => isMadeFrom(metadata.name, `${template.metadata.name}-${set.metadata.name}-`))
      .map((template): DryRunCheck => {
        const size = template.spec.resources.requests.storage;
        return {
          name: 'template of claims',
          outcome: 'unknown',
          detail: `${metadata.name} is made by the StatefulSet ${set.metadata.name}, whose template ${template.metadata.name} asks for ${size} and cannot be changed: its other claims stay as they are, and a new replica, or this claim made again, gets ${size}.`,
        };
      }),
  );
};

const isMadeFrom = (name: string, start: string): boolean =>
  name.startsWith(start) && /^\d+$/.test(name.slice(start.length));

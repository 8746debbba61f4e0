import * as z from 'zod';
import type { DryRunCheck } from '../../contracts/plan.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { listObjects, type Place } from '../kubernetes/call-cluster.ts';
import { listOf, Metadata, Pod } from '../kubernetes/objects.ts';
import { counted } from '../kubernetes/text.ts';
import type { Claim } from './claim.ts';

const MountingPod = Pod.extend({
  spec: Pod.shape.spec.extend({
    volumes: listOf(
      z.object({
        name: z.string().default(''),
        persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
        ephemeral: z.unknown().optional(),
      }),
    ),
  }),
});

/** The claim of a volume: one that is made for the pod alone has the names of both. */
const claimOf = (pod: string, volume: z.output<typeof MountingPod>['spec']['volumes'][number]): string | undefined =>
  volume.ephemeral === undefined || volume.ephemeral === null
    ? volume.persistentVolumeClaim?.claimName
    : `${pod}-${volume.name}`;

/** The pods that mount a claim and have not ended: how many, how many of them are ready, and whether all were looked at. */
export const mountsOf = async (cloud: Cloud, place: Place, claim: string) => {
  const { items, complete } = await listObjects(cloud, 'v1', 'pods', place, MountingPod);
  const pods = items.filter(
    ({ metadata, spec, status }) =>
      !['Succeeded', 'Failed'].includes(status.phase) &&
      spec.volumes.some((volume) => claimOf(metadata.name, volume) === claim),
  );
  const ready = pods.filter(({ status }) =>
    status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  return { pods: pods.length, ready: ready.length, complete };
};

/** Who mounts a claim, for the approver, without the end of the sentence. */
export const mountsText = ({ pods, complete }: { readonly pods: number; readonly complete: boolean }): string => {
  const others = complete ? '' : '; the namespace has more pods than were looked at, so others may mount it';
  if (pods === 0) return `${complete ? 'No pod mounts it now' : 'No pod was seen that mounts it'}${others}`;
  const one = pods === 1;
  return `${counted(pods, 'pod')} ${one ? 'mounts' : 'mount'} it, and ${one ? 'is' : 'are'} not stopped${others}`;
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
  const { items, complete } = await listObjects(cloud, 'apps/v1', 'statefulsets', place, StatefulSet);
  const found = items.flatMap((set) =>
    set.spec.volumeClaimTemplates
      // A claim names its owner only where the StatefulSet deletes its claims, so its name tells.
      .filter((template) => isMadeFrom(metadata.name, `${template.metadata.name}-${set.metadata.name}-`))
      .map((template): DryRunCheck => {
        const size = template.spec.resources.requests.storage;
        return {
          name: TEMPLATE,
          outcome: 'unknown',
          detail: `${metadata.name} is made by the StatefulSet ${set.metadata.name}, whose template ${template.metadata.name} asks for ${size} and cannot be changed: its other claims stay as they are, and a new replica, or this claim made again, gets ${size}.`,
        };
      }),
  );
  if (complete || found.length > 0) return found;
  const detail = 'The namespace has more StatefulSets than were looked at: one of the others may make this claim.';
  return [{ name: TEMPLATE, outcome: 'unknown', detail }];
};

const TEMPLATE = 'template of claims';

const isMadeFrom = (name: string, start: string): boolean =>
  name.startsWith(start) && /^\d+$/.test(name.slice(start.length));

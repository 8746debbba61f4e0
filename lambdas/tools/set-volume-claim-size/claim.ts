import * as z from 'zod';
import { quoted } from '../../kernel/trace/outside-text.ts';
import { Timestamp } from '../aws/call-aws.ts';
import type { ObjectKind } from '../kubernetes/changes/object.ts';
import { Condition, listOf, Metadata } from '../kubernetes/objects.ts';
import { nanosOf } from '../kubernetes/quantity.ts';

const Storage = z.object({ storage: z.string().default('0') });

const Claim = z.object({
  metadata: Metadata,
  spec: z.object({
    storageClassName: z.string().default(''),
    volumeName: z.string().default(''),
    resources: z.object({ requests: Storage.prefault({}) }).prefault({}),
  }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      capacity: Storage.prefault({}),
      conditions: listOf(Condition.extend({ lastTransitionTime: Timestamp.nullish() })),
      /** Since Kubernetes 1.32: how far a resize is, e.g. `ControllerResizeInfeasible`. */
      allocatedResourceStatuses: z.object({ storage: z.string().default('') }).prefault({}),
    })
    .prefault({}),
});
/** A PersistentVolumeClaim. */
export type Claim = z.output<typeof Claim>;

/** PersistentVolumeClaims, as what changes objects knows them. */
export const CLAIMS: ObjectKind<Claim> = {
  service: 'v1',
  resource: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
  schema: Claim,
};

/** How far a claim is with the size that it asks for. */
export const Resize = z.enum(['done', 'going on', 'waiting for its file system', 'given up']);
export type Resize = z.output<typeof Resize>;

/** What a claim asks for. */
export const sizeOf = ({ spec }: Claim): string => spec.resources.requests.storage;

const conditionOf = ({ status }: Claim, ...types: readonly string[]) =>
  status.conditions.find((one) => types.includes(one.type) && one.status === 'True');

const pendingFileSystem = (claim: Claim) => conditionOf(claim, 'FileSystemResizePending');

/** Reads off a claim how far it is. Its capacity is what is there to be used. */
export const resizeOf = (claim: Claim): Resize => {
  if (claim.status.allocatedResourceStatuses.storage.endsWith('Infeasible')) return 'given up';
  if (pendingFileSystem(claim) !== undefined) return 'waiting for its file system';
  const asked = nanosOf(sizeOf(claim));
  const isThere = nanosOf(claim.status.capacity.storage) >= asked;
  return isThere && conditionOf(claim, 'Resizing') === undefined ? 'done' : 'going on';
};

/** Since when the file system alone is waited for; undefined if it is not, or nobody says. */
export const fileSystemSince = (claim: Claim): number | undefined => {
  const since = pendingFileSystem(claim)?.lastTransitionTime;
  return typeof since === 'string' ? Date.parse(since) : undefined;
};

/** A driver may say anything, at any length. */
const LONGEST_MESSAGE = 300;

/** What the driver of the volume says about a resize that it could not make, as a part of a sentence; empty if nothing. */
export const driverSays = (claim: Claim): string => {
  const error = conditionOf(claim, 'ControllerResizeError', 'NodeResizeError');
  return error === undefined || error.message === '' ? '' : `: ${quoted(error.message, LONGEST_MESSAGE).toString()}`;
};

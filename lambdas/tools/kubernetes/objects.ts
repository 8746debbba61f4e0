import * as z from 'zod';
import { Timestamp } from '../aws/call-aws.ts';

/** A list that the API server may leave out, or give as null. */
export const listOf = <S extends z.ZodType>(schema: S) =>
  z
    .array(schema)
    .nullish()
    .transform((items) => items ?? []);

const textMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((map) => map ?? {});

/** Who last wrote fields, and when. */
export const ManagedFields = z.object({
  manager: z.string().default('unknown'),
  operation: z.string().default('Update'),
  subresource: z.string().default(''),
  time: Timestamp.optional(),
  fieldsV1: z.record(z.string(), z.unknown()).default({}),
});

/** The metadata of an object. */
export const Metadata = z.object({
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string().default(''),
  creationTimestamp: Timestamp,
  deletionTimestamp: Timestamp.nullish().transform((at) => at ?? undefined),
  generation: z.int().default(0),
  labels: textMap,
  annotations: textMap,
  ownerReferences: listOf(z.object({ kind: z.string(), name: z.string(), uid: z.string() })),
  managedFields: listOf(ManagedFields),
});
export type Metadata = z.output<typeof Metadata>;

/** A condition in the status of an object. */
export const Condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastUpdateTime: Timestamp.nullish(),
});
export type Condition = z.output<typeof Condition>;

/** Requests and limits of a container, as quantities. */
export const Resources = z
  .object({ requests: textMap, limits: textMap })
  .nullish()
  .transform((found) => found ?? { requests: {}, limits: {} });
export type Resources = z.output<typeof Resources>;

const Terminated = z.object({
  exitCode: z.int(),
  signal: z.int().optional(),
  reason: z.string().default(''),
  message: z.string().default(''),
  startedAt: Timestamp.nullish(),
  finishedAt: Timestamp.nullish(),
});
export type Terminated = z.output<typeof Terminated>;

const ContainerState = z
  .object({
    waiting: z.object({ reason: z.string().default(''), message: z.string().default('') }).optional(),
    running: z.object({ startedAt: Timestamp.nullish() }).optional(),
    terminated: Terminated.optional(),
  })
  .default({});

const ContainerStatus = z.object({
  name: z.string(),
  ready: z.boolean(),
  restartCount: z.int(),
  state: ContainerState,
  lastState: ContainerState,
});
export type ContainerStatus = z.output<typeof ContainerStatus>;

const PodContainer = z.object({ name: z.string(), image: z.string().default(''), resources: Resources });

/** A Pod. */
export const Pod = z.object({
  metadata: Metadata,
  spec: z.object({ nodeName: z.string().optional(), containers: z.array(PodContainer) }),
  status: z.object({
    phase: z.string().default('Unknown'),
    reason: z.string().default(''),
    message: z.string().default(''),
    qosClass: z.string().default('unknown'),
    conditions: listOf(Condition),
    containerStatuses: listOf(ContainerStatus),
    initContainerStatuses: listOf(ContainerStatus),
  }),
});
export type Pod = z.output<typeof Pod>;

/** The workload that a Pod belongs to. The name of a ReplicaSet is that of its Deployment and the hash of the template. */
export const ownerOf = ({ metadata: { ownerReferences, labels } }: Pick<Pod, 'metadata'>) => {
  const [owner] = ownerReferences;
  if (owner === undefined) return undefined;
  const hash = labels['pod-template-hash'];
  const { kind, name } = owner;
  return kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`)
    ? { kind: 'Deployment', name: name.slice(0, -hash.length - 1), through: name }
    : { kind, name, through: undefined };
};

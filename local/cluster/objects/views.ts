import * as z from 'zod';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';

/** Reads objects by a schema, each only once: stored objects are never changed in place. */
const reader = <S extends z.ZodType>(schema: S): ((object: JsonObject) => z.output<S>) => {
  const read = new WeakMap<JsonObject, z.output<S>>();
  return (object) => {
    const before = read.get(object);
    if (before !== undefined) return before;
    const value = schema.parse(object);
    read.set(object, value);
    return value;
  };
};

const Texts = z.record(z.string(), z.string()).default({});
const Quantities = z.record(z.string(), z.string()).default({});
/** A number of pods, or a share of them such as 25%. */
const Share = z.union([z.int().nonnegative(), z.string().regex(/^\d+%$/)]);

const Meta = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  uid: z.string().default(''),
  resourceVersion: z.string().default(''),
  generation: z.int().default(1),
  labels: Texts,
  annotations: Texts,
  creationTimestamp: z.string().default(''),
  deletionTimestamp: z.string().optional(),
  ownerReferences: z.array(z.object({ kind: z.string(), name: z.string(), uid: z.string().default('') })).default([]),
});

const Selector = z.object({
  matchLabels: Texts,
  matchExpressions: z
    .array(
      z.object({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});
export type Selector = z.infer<typeof Selector>;

const Container = z.object({
  name: z.string(),
  image: z.string().default(''),
  resources: z.object({ requests: Quantities, limits: Quantities }).prefault({}),
  readinessProbe: z.object({ initialDelaySeconds: z.number().default(0) }).optional(),
});
export type Container = z.infer<typeof Container>;

const PodSpec = z.object({
  containers: z.array(Container).min(1),
  nodeName: z.string().optional(),
  terminationGracePeriodSeconds: z.number().default(30),
});

const Template = z.object({ metadata: z.object({ labels: Texts, annotations: Texts }).prefault({}), spec: PodSpec });

const Workload = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: Meta,
  spec: z.object({
    replicas: z.int().nonnegative().default(1),
    selector: Selector.prefault({}),
    template: Template,
    paused: z.boolean().default(false),
    minReadySeconds: z.number().default(0),
    progressDeadlineSeconds: z.number().default(600),
    revisionHistoryLimit: z.int().default(10),
    strategy: z
      .object({
        type: z.string().default('RollingUpdate'),
        rollingUpdate: z.object({ maxSurge: Share.default('25%'), maxUnavailable: Share.default('25%') }).prefault({}),
      })
      .prefault({}),
    updateStrategy: z.object({ type: z.string().default('RollingUpdate') }).prefault({}),
  }),
});
export type Workload = z.infer<typeof Workload>;

const Pod = z.object({
  metadata: Meta,
  spec: PodSpec,
  status: z
    .object({
      phase: z.string().default('Pending'),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    })
    .prefault({}),
});
export type Pod = z.infer<typeof Pod>;

const Budget = z.object({
  metadata: Meta,
  spec: z.object({
    selector: Selector.optional(),
    minAvailable: Share.optional(),
    maxUnavailable: Share.optional(),
    unhealthyPodEvictionPolicy: z.string().default('IfHealthyBudget'),
  }),
  status: z
    .object({
      disruptionsAllowed: z.int().default(0),
      currentHealthy: z.int().default(0),
      desiredHealthy: z.int().default(0),
    })
    .prefault({}),
});

const Autoscaler = z.object({
  metadata: Meta,
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.int().default(1),
    maxReplicas: z.int(),
    metrics: z
      .array(
        z.object({
          type: z.string(),
          resource: z
            .object({ name: z.string(), target: z.object({ averageUtilization: z.number().optional() }) })
            .optional(),
        }),
      )
      .default([]),
  }),
});

const Quota = z.object({ metadata: Meta, spec: z.object({ hard: Quantities }) });

const LimitRange = z.object({
  metadata: Meta,
  spec: z.object({
    limits: z.array(
      z.object({ type: z.string(), default: Quantities, defaultRequest: Quantities, max: Quantities, min: Quantities }),
    ),
  }),
});

const Node = z.object({
  metadata: Meta,
  spec: z.object({ unschedulable: z.boolean().default(false) }).prefault({}),
  status: z.object({ allocatable: Quantities }).prefault({}),
});

const Claim = z.object({
  metadata: Meta,
  spec: z.object({
    storageClassName: z.string().default(''),
    resources: z.object({ requests: z.object({ storage: z.string() }) }),
  }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      capacity: Quantities,
      conditions: z.array(z.object({ type: z.string(), lastTransitionTime: z.string() })).default([]),
      allocatedResourceStatuses: z.object({ storage: z.string().default('') }).prefault({}),
    })
    .prefault({}),
});
export type Claim = z.infer<typeof Claim>;

const StorageClass = z.object({
  metadata: Meta,
  provisioner: z.string(),
  allowVolumeExpansion: z.boolean().default(false),
});

/** What the simulation reads of each kind. */
export const view = {
  workload: reader(Workload),
  pod: reader(Pod),
  budget: reader(Budget),
  autoscaler: reader(Autoscaler),
  quota: reader(Quota),
  limitRange: reader(LimitRange),
  node: reader(Node),
  claim: reader(Claim),
  storageClass: reader(StorageClass),
  any: reader(z.object({ metadata: Meta })),
};

/** Schemas by kind, with which a manifest is checked when the world is read. */
export const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  Deployment: Workload,
  StatefulSet: Workload,
  DaemonSet: Workload,
  ReplicaSet: Workload,
  Pod,
  PodDisruptionBudget: Budget,
  HorizontalPodAutoscaler: Autoscaler,
  ResourceQuota: Quota,
  LimitRange,
  Node,
  PersistentVolumeClaim: Claim,
  StorageClass,
};

/** A number of pods out of so many. */
export const countOf = (share: number | string, of: number, round: (value: number) => number): number =>
  typeof share === 'number' ? share : round((Number(share.replace('%', '')) / 100) * of);

import type { JsonObject } from '../../../lambdas/contracts/json.ts';

/** The namespace whose objects the tools read. */
export const OBSERVED = 'observed';
/** A value that no tool may show. */
export const HIDDEN = 'hunter2-hidden';

const labels = { app: 'checkout' };
const metadata = (name: string, more: JsonObject = {}): JsonObject => ({ namespace: OBSERVED, name, ...more });

/** The template of a workload, with a limit of memory. */
export const template = (image: string, memory: string): JsonObject => ({
  metadata: { labels },
  spec: {
    containers: [
      {
        name: 'web',
        image,
        args: ['--password', HIDDEN],
        env: [
          { name: 'JAVA_OPTS', value: '-Xmx512m' },
          { name: 'DB_PASSWORD', value: HIDDEN },
        ],
        resources: { requests: { cpu: '250m', memory }, limits: { memory } },
        readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 5 },
      },
    ],
  },
});

/** A workload of each kind. */
export const WORKLOADS = [
  [
    'deployments',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata('checkout', { annotations: { 'meta.helm.sh/release-name': 'shop' } }),
      spec: { replicas: 2, selector: { matchLabels: labels }, template: template('example.com/shop:2', '512Mi') },
    },
  ],
  [
    'statefulsets',
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: metadata('ledger'),
      spec: {
        serviceName: 'ledger',
        selector: { matchLabels: labels },
        template: template('example.com/ledger:1', '1Gi'),
      },
    },
  ],
  [
    'daemonsets',
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: metadata('agent'),
      spec: { selector: { matchLabels: labels }, template: template('example.com/agent:1', '64Mi') },
    },
  ],
] as const satisfies readonly (readonly [string, JsonObject])[];

/** Statuses that controllers would write. */
export const WORKLOAD_STATUS: JsonObject = {
  observedGeneration: 1,
  replicas: 2,
  updatedReplicas: 2,
  readyReplicas: 1,
  availableReplicas: 1,
  unavailableReplicas: 1,
};

const owner = (kind: string, name: string, uid: string) => [
  { apiVersion: 'apps/v1', kind, name, uid, controller: true, blockOwnerDeletion: true },
];

/** A revision of the Deployment. */
export const replicaSet = (revision: number, hash: string, uid: string, body: JsonObject): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: metadata(`checkout-${hash}`, {
    labels: { ...labels, 'pod-template-hash': hash },
    annotations: { 'deployment.kubernetes.io/revision': String(revision) },
    ownerReferences: owner('Deployment', 'checkout', uid),
  }),
  spec: { replicas: 0, selector: { matchLabels: labels }, template: body },
});

/** A revision of the StatefulSet. */
export const controllerRevision = (uid: string): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: metadata('ledger-6f7', { ownerReferences: owner('StatefulSet', 'ledger', uid) }),
  revision: 1,
  data: { spec: { template: { $patch: 'replace', ...template('example.com/ledger:1', '1Gi') } } },
});

/** A Pod of the newest revision, on the node of the test. */
export const ownedPod = (name: string, uid: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: metadata(name, {
    labels: { ...labels, 'pod-template-hash': 'b2' },
    ownerReferences: owner('ReplicaSet', 'checkout-b2', uid),
  }),
  spec: { ...podSpec('512Mi'), nodeName: 'node-observed' },
});

const podSpec = (memory: string): JsonObject => {
  const { spec } = template('example.com/shop:2', memory);
  return typeof spec === 'object' && spec !== null && !Array.isArray(spec) ? spec : {};
};

/** The status of a Pod that was killed for lack of memory three times. */
export const POD_STATUS: JsonObject = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
  containerStatuses: [
    {
      name: 'web',
      image: 'example.com/shop:2',
      imageID: '',
      ready: false,
      restartCount: 3,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' } },
      lastState: {
        terminated: {
          exitCode: 137,
          reason: 'OOMKilled',
          startedAt: '2026-11-02T02:08:00Z',
          finishedAt: '2026-11-02T02:09:33Z',
        },
      },
    },
  ],
};

/** What rules the Deployment, what bounds the namespace, and an event. */
export const RULES_OF_NAMESPACE: readonly (readonly [service: string, resource: string, object: JsonObject])[] = [
  [
    'autoscaling/v2',
    'horizontalpodautoscalers',
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: metadata('checkout'),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' },
        minReplicas: 2,
        maxReplicas: 6,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
        ],
      },
    },
  ],
  [
    'policy/v1',
    'poddisruptionbudgets',
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadata('checkout'),
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    },
  ],
  [
    'v1',
    'resourcequotas',
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: metadata('team'),
      spec: { hard: { 'limits.memory': '4Gi', pods: '10' } },
    },
  ],
  [
    'v1',
    'limitranges',
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: metadata('defaults'),
      spec: { limits: [{ type: 'Container', default: { memory: '256Mi' }, defaultRequest: { memory: '128Mi' } }] },
    },
  ],
  [
    'v1',
    'events',
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: metadata('checkout-b2-x.1'),
      involvedObject: { kind: 'Pod', namespace: OBSERVED, name: 'checkout-b2-x' },
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off restarting failed container web',
      count: 7,
      firstTimestamp: '2026-11-02T02:00:00Z',
      lastTimestamp: '2026-11-02T02:10:00Z',
      source: { component: 'kubelet' },
    },
  ],
  [
    'keda.sh/v1alpha1',
    'scaledobjects',
    {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: metadata('checkout'),
      spec: { scaleTargetRef: { name: 'checkout' }, maxReplicaCount: 6, triggers: [{ type: 'aws-sqs-queue' }] },
    },
  ],
  [
    'metrics.k8s.io/v1beta1',
    'pods',
    {
      apiVersion: 'metrics.k8s.io/v1beta1',
      kind: 'PodMetrics',
      metadata: metadata('checkout-b2-y'),
      timestamp: '2026-11-02T02:13:30Z',
      window: '15s',
      containers: [{ name: 'web', usage: { cpu: '180234567n', memory: '508560Ki' } }],
    },
  ],
];

import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { canonicalQuantity } from './canonical-quantity.ts';
import { isObject, listIn, objectIn, textIn, withValue } from './json.ts';

/** An object with the defaults of the API server, and with quantities as it writes them. */
export const withDefaults = (object: JsonObject): JsonObject => {
  const spec = objectIn(object['spec']);
  switch (object['kind']) {
    case 'Deployment':
      return { ...object, spec: withTemplate({ ...DEPLOYMENT, ...spec, strategy: strategyOf(spec['strategy']) }) };
    case 'StatefulSet':
      return { ...object, spec: withTemplate({ ...STATEFUL_SET, ...spec }) };
    case 'DaemonSet':
      return { ...object, spec: withTemplate({ ...DAEMON_SET, ...spec }) };
    case 'ReplicaSet':
      return { ...object, spec: withTemplate({ replicas: 1, ...spec }) };
    case 'Pod':
      return { ...object, spec: podSpec(spec, true) };
    case 'HorizontalPodAutoscaler':
      return { ...object, spec: { minReplicas: 1, ...spec } };
    case 'CronJob':
      return { ...object, spec: { ...CRON_JOB, ...spec } };
    case 'ResourceQuota':
      return withValue(object, ['spec', 'hard'], quantities(spec['hard']));
    default:
      return object;
  }
};

const DEPLOYMENT = { progressDeadlineSeconds: 600, replicas: 1, revisionHistoryLimit: 10 };
const CRON_JOB = {
  concurrencyPolicy: 'Allow',
  failedJobsHistoryLimit: 1,
  successfulJobsHistoryLimit: 3,
  suspend: false,
};
const STATEFUL_SET = {
  podManagementPolicy: 'OrderedReady',
  replicas: 1,
  revisionHistoryLimit: 10,
  updateStrategy: { rollingUpdate: { partition: 0 }, type: 'RollingUpdate' },
};
const DAEMON_SET = {
  revisionHistoryLimit: 10,
  updateStrategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 }, type: 'RollingUpdate' },
};

const strategyOf = (given: Json | undefined): JsonObject => {
  const strategy = objectIn(given);
  if (strategy['type'] === 'Recreate') return strategy;
  const rollingUpdate = { maxSurge: '25%', maxUnavailable: '25%', ...objectIn(strategy['rollingUpdate']) };
  return { type: 'RollingUpdate', ...strategy, rollingUpdate };
};

const withTemplate = (spec: JsonObject): JsonObject => {
  const template = objectIn(spec['template']);
  return { ...spec, template: { ...template, spec: podSpec(objectIn(template['spec']), false) } };
};

/** In a Pod, requests that are left out are the limits; a template stays as it is. */
const podSpec = (spec: JsonObject, isPod: boolean): JsonObject => ({
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
  ...spec,
  containers: listIn(spec['containers']).map((container) => withContainerDefaults(objectIn(container), isPod)),
});

const withContainerDefaults = (container: JsonObject, isPod: boolean): JsonObject => {
  const image = textIn(container['image']) ?? '';
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? (image.includes('@') ? 'digest' : 'latest');
  const { requests, limits, ...more } = objectIn(container['resources']);
  const asked = isPod && isObject(limits) ? { ...limits, ...objectIn(requests) } : requests;
  return {
    imagePullPolicy: tag === 'latest' ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
    resources: {
      ...more,
      ...(isObject(limits) && { limits: quantities(limits) }),
      ...(isObject(asked) && { requests: quantities(asked) }),
    },
  };
};

const quantities = (given: Json | undefined): JsonObject =>
  Object.fromEntries(Object.entries(objectIn(given)).map(([name, value]) => [name, canonicalQuantity(value)]));

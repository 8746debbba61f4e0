import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { canonicalQuantity } from './canonical-quantity.ts';
import { isObject, isSame, listIn, objectIn, textIn, withValue } from './json.ts';
import { volumeOf, withInnerDefaults } from './inner-defaults.ts';

/** An object with the defaults of the API server, and with quantities as it writes them. */
export const withDefaults = (object: JsonObject): JsonObject => {
  const spec = objectIn(object['spec']);
  switch (object['kind']) {
    case 'Deployment':
      return { ...object, spec: withTemplate({ ...DEPLOYMENT, ...spec, strategy: strategyOf(spec['strategy']) }) };
    case 'StatefulSet':
      return { ...object, spec: withTemplate({ ...STATEFUL_SET, ...spec }) };
    case 'DaemonSet':
      return withTemplateCount({ ...object, spec: withTemplate({ ...DAEMON_SET, ...spec }) }, '1');
    case 'ReplicaSet':
      return { ...object, spec: withTemplate({ replicas: 1, ...spec }) };
    case 'Pod':
      return { ...object, spec: podSpec(spec, true) };
    case 'HorizontalPodAutoscaler':
      return { ...object, spec: { minReplicas: 1, ...spec } };
    case 'Node':
      return { ...object, spec: nodeSpec(spec) };
    case 'CronJob':
      return { ...object, spec: { ...CRON_JOB, ...spec } };
    case 'PersistentVolumeClaim':
      return { ...object, spec: claimSpec(spec) };
    case 'StorageClass':
      return { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', ...object };
    case 'ResourceQuota':
      return withValue(object, ['spec', 'hard'], quantities(spec['hard']));
    case 'LimitRange':
      return { ...object, spec: { ...spec, limits: listIn(spec['limits']).map((limit) => rangeOf(objectIn(limit))) } };
    case 'Namespace':
      return withValue(object, ['metadata', 'labels'], {
        ...objectIn(objectIn(object['metadata'])['labels']),
        'kubernetes.io/metadata.name': textIn(objectIn(object['metadata'])['name']) ?? '',
      });
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

/** The API server never leaves it out, also where nothing is in it; and what is false or empty in it, it does. */
const nodeSpec = (spec: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(spec).filter(([, value]) => value !== false && !(Array.isArray(value) && value.length === 0)),
  );

const claimSpec = (spec: JsonObject): JsonObject => ({
  volumeMode: 'Filesystem',
  ...withValue(spec, ['resources', 'requests'], quantities(objectIn(spec['resources'])['requests'])),
});

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
const podSpec = (spec: JsonObject, isPod: boolean): JsonObject => {
  const account = spec['serviceAccountName'];
  const containers = (given: Json | undefined) =>
    listIn(given).map((container) => withContainerDefaults(objectIn(container), isPod));
  return {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...spec,
    // The field had another name before, which is still served.
    ...(account !== undefined && { serviceAccount: account }),
    containers: containers(spec['containers']),
    ...(spec['initContainers'] !== undefined && { initContainers: containers(spec['initContainers']) }),
    ...(spec['volumes'] !== undefined && { volumes: listIn(spec['volumes']).map((one) => volumeOf(objectIn(one))) }),
  };
};

const withContainerDefaults = (container: JsonObject, isPod: boolean): JsonObject => {
  const image = textIn(container['image']) ?? '';
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? (image.includes('@') ? 'digest' : 'latest');
  const { requests, limits, ...more } = objectIn(container['resources']);
  const asked = isPod && isObject(limits) ? { ...limits, ...objectIn(requests) } : requests;
  return {
    imagePullPolicy: tag === 'latest' ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...withInnerDefaults(container),
    resources: {
      ...more,
      ...(isObject(limits) && { limits: quantities(limits) }),
      ...(isObject(asked) && { requests: quantities(asked) }),
    },
  };
};

const quantities = (given: Json | undefined): JsonObject =>
  Object.fromEntries(Object.entries(objectIn(given)).map(([name, value]) => [name, canonicalQuantity(value)]));

/** Of a container: requests that are left out are the defaults, and these the limits. */
const rangeOf = (limit: JsonObject): JsonObject => {
  const { default: limits, defaultRequest, max, min } = limit;
  const isOfContainers = limit['type'] === 'Container';
  const defaults = isOfContainers ? { ...objectIn(max), ...objectIn(limits) } : objectIn(limits);
  const requests = isOfContainers
    ? { ...objectIn(min), ...defaults, ...objectIn(defaultRequest) }
    : objectIn(defaultRequest);
  const amounts = { default: defaults, defaultRequest: requests, max: objectIn(max), min: objectIn(min) };
  const said = Object.entries(amounts).filter(([, amount]) => Object.keys(amount).length > 0);
  return { ...limit, ...Object.fromEntries(said.map(([name, amount]) => [name, quantities(amount)])) };
};

const TEMPLATES = 'deprecated.daemonset.template.generation';

const withTemplateCount = (object: JsonObject, count: string): JsonObject => {
  const annotations = objectIn(objectIn(object['metadata'])['annotations']);
  return withValue(object, ['metadata', 'annotations'], { [TEMPLATES]: count, ...annotations });
};

/**
 * An object after a write, with what the API server sets whatever is written: of a DaemonSet, how many templates it has had.
 * It sets that last, so whoever wrote does not own it.
 */
export const withServerCounts = (before: JsonObject, after: JsonObject): JsonObject => {
  if (after['kind'] !== 'DaemonSet') return after;
  const templateOf = (object: JsonObject) => objectIn(object['spec'])['template'];
  const count = Number(textIn(objectIn(objectIn(before['metadata'])['annotations'])[TEMPLATES]) ?? 1);
  const now = isSame(templateOf(before), templateOf(after)) ? count : count + 1;
  const annotations = { ...objectIn(objectIn(after['metadata'])['annotations']), [TEMPLATES]: String(now) };
  return withValue(after, ['metadata', 'annotations'], annotations);
};

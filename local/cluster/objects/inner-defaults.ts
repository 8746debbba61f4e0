import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { isObject, listIn, objectIn } from './json.ts';

/** A container with the defaults of what is inside it: ports, probes, hooks, and variables that come from elsewhere. */
export const withInnerDefaults = (container: JsonObject): JsonObject => ({
  ...container,
  ...mapped(container, 'ports', (port) => ({ protocol: 'TCP', ...port })),
  ...mapped(container, 'env', variableOf),
  ...Object.fromEntries(
    PROBES.flatMap((name): [string, Json][] => {
      const probe = container[name];
      return isObject(probe) ? [[name, { ...PROBE, ...withScheme(probe) }]] : [];
    }),
  ),
  ...(isObject(container['lifecycle']) && {
    lifecycle: Object.fromEntries(
      Object.entries(container['lifecycle']).map(([name, hook]) => [name, withScheme(objectIn(hook))]),
    ),
  }),
});

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const PROBE = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

const mapped = (object: JsonObject, field: string, change: (item: JsonObject) => JsonObject): JsonObject => {
  const { [field]: given } = object;
  return given === undefined ? {} : { [field]: listIn(given).map((item) => change(objectIn(item))) };
};

/** Values inside an object, with fields that stand before those that are given. */
const below = (object: JsonObject, field: string, defaults: JsonObject): JsonObject => {
  const { [field]: given } = object;
  return isObject(given) ? { ...object, [field]: { ...defaults, ...given } } : object;
};

const withScheme = (probe: JsonObject): JsonObject =>
  below(below(probe, 'httpGet', { path: '/', scheme: 'HTTP' }), 'grpc', { service: '' });

const variableOf = (variable: JsonObject): JsonObject => {
  const { valueFrom } = variable;
  return isObject(valueFrom)
    ? { ...variable, valueFrom: below(valueFrom, 'fieldRef', { apiVersion: 'v1' }) }
    : variable;
};

/** Files of a volume may be read by everybody, unless it says otherwise. */
const MODES = ['configMap', 'projected', 'downwardAPI', 'secret'];
const FILES = { defaultMode: 0o644 };

/** A volume with its defaults; an emptyDir, if it says nothing. */
export const volumeOf = (volume: JsonObject): JsonObject => {
  const named = Object.keys(volume).length === 1 && 'name' in volume ? { ...volume, emptyDir: {} } : volume;
  return MODES.reduce((one, field) => below(one, field, FILES), below(named, 'hostPath', { type: '' }));
};

import * as z from 'zod';
import { FIELD_MANAGER } from '../../../lambdas/contracts/clusters.ts';
import { JsonObject } from '../../../lambdas/contracts/json.ts';
import { type Plan, refOf } from '../../../lambdas/contracts/plan.ts';
import { isSame, listIn, valueAt } from '../../../local/cluster/objects/json.ts';
import { clusterToolOf } from '../case/cluster-tools.ts';
import type { RecordedChange } from './recorded-changes.ts';

/** What a recorded write in a cluster does, compared with its plan. */

const Operation = z.object({ op: z.string(), path: z.string(), value: z.json().optional() });
const Patch = z.object({ contentType: z.literal('application/json-patch+json'), body: z.array(Operation) });
type Operation = z.infer<typeof Operation>;
const Place = z.object({ cluster: z.string(), namespace: z.string().optional(), name: z.string() });
const Eviction = z.object({
  body: z.strictObject({
    apiVersion: z.literal('policy/v1'),
    kind: z.literal('Eviction'),
    metadata: z.strictObject({ namespace: z.string(), name: z.string() }),
    deleteOptions: z.strictObject({ preconditions: z.strictObject({ uid: z.string() }) }),
  }),
});

type Call = RecordedChange['call'];

const operationsOf = ({ input }: Call): readonly Operation[] => Patch.safeParse(input).data?.body ?? [];
const writesIn = (call: Call): readonly Operation[] => operationsOf(call).filter(({ op }) => op !== 'test');
const ENTRY = /^(\/metadata\/managedFields\/\d+)$/;

/** Whether a patch only takes entries of ours, and of nobody else, out of the managed fields. */
export const isRelease = (call: Call): boolean => {
  const writes = writesIn(call);
  const isOurs = (path: string): boolean => isTested(call, `${path}/manager`, FIELD_MANAGER);
  return writes.length > 0 && writes.every(({ op, path }) => op === 'remove' && ENTRY.test(path) && isOurs(path));
};

const isTested = (call: Call, path: string, value?: unknown): boolean =>
  operationsOf(call).some(
    (one) => one.op === 'test' && one.path === path && (value === undefined || one.value === value),
  );

/** Why a write is not that of its plan, on the object of its plan; undefined if it is. */
export const offClusterPlan = (change: RecordedChange, plan: Plan, targetArn: string): string | undefined => {
  const { call, session } = change;
  const uid = 'uid' in plan.target ? (plan.target.uid ?? '') : '';
  if (session?.tool !== plan.tool || session.uid !== uid)
    return `its session is for ${session?.tool ?? ''} of ${session?.uid ?? ''}, not ${plan.tool} of ${uid}`;
  // What is in no namespace, as a node, has a dash in its ref.
  const { cluster = '', namespace = '-', name = '' } = Place.safeParse(call.input).data ?? {};
  const [, resource = ''] = /^\S+ ([a-z]+)/.exec(call.command) ?? [];
  const target = `k8s://${cluster}/${namespace}/${resource}/${name}`;
  if (target !== refOf(plan.target) || targetArn !== target) return `its target is ${target}`;
  const tool = clusterToolOf(plan);
  if (tool === undefined) return `${plan.tool} is not in the list of cluster-tools.ts`;
  if (tool.writes === undefined) return notTheEviction(call, uid);
  if (!isTested(call, '/metadata/uid', uid)) return 'it does not test the UID of its target';
  if (!isTested(call, '/metadata/resourceVersion')) return 'it does not test the version that was read';
  return isRelease(call) ? undefined : otherFields(change, plan, tool);
};

const notTheEviction = ({ input }: Call, uid: string): string | undefined => {
  const { data } = Eviction.safeParse(input);
  return data?.body.deleteOptions.preconditions.uid === uid ? undefined : 'it is not the eviction of that one pod';
};

const otherFields = (
  { call, object, purpose }: RecordedChange,
  plan: Plan,
  { writes, fields }: NonNullable<ReturnType<typeof clusterToolOf>>,
): string | undefined => {
  const written = writesIn(call);
  const other = written.find(({ path }) => writes?.test(path) !== true);
  if (written.length === 0 || other !== undefined) return `it writes ${other?.path ?? 'nothing by a JSON patch'}`;
  if (call.outcome !== 'ok' || object === undefined) return undefined;
  const wanted = JsonObject.parse(purpose === 'apply' ? plan.after : plan.before);
  const differing = differences(fields(object, JsonObject.parse(plan.input)), wanted);
  return differing === undefined ? undefined : `it leaves ${differing}`;
};

/** A field of an object that has not the value of a state. */
export const differences = (fields: JsonObject, state: JsonObject): string | undefined => {
  const name = Object.keys(fields).find((field) => !isSame(fields[field], state[field]));
  return name && `${name} at ${JSON.stringify(fields[name])}, not ${JSON.stringify(state[name])}`;
};

/** Whether we manage fields of an object. */
export const isManagedByUs = (object: JsonObject): boolean =>
  listIn(valueAt(object, 'metadata', 'managedFields')).some((entry) => valueAt(entry, 'manager') === FIELD_MANAGER);

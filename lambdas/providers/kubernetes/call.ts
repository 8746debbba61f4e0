import * as z from 'zod';
import { contractBroken } from '../../contracts/errors.ts';
import { Json } from '../../contracts/json.ts';
import type { CloudRequest } from '../../contracts/ports.ts';
import type { ProviderCall } from '../../contracts/tool.ts';
import { isNamespaceName, isObjectName } from './ref.ts';

/** Verbs that read. */
const READS = ['get', 'list'] as const;
const METHODS = { get: 'GET', list: 'GET', create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE' } as const;

/** A call in RBAC's words. */
export interface RbacCall {
  /** The API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly verb: keyof typeof METHODS;
  /** In lower-case plural, e.g. `pods`. */
  readonly resource: string;
  readonly subresource: string | undefined;
}

/** The input of a request to a cluster. */
const Input = z.strictObject({
  /** Name of the cluster in the settings. May be left out where only one is in reach. */
  cluster: z.string().optional(),
  namespace: z.string().refine(isNamespaceName, 'the name of a namespace').optional(),
  name: z.string().refine(isObjectName, 'the name of an object').optional(),
  query: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  body: Json.optional(),
  contentType: z.string().optional(),
});
type Input = z.infer<typeof Input>;

/** A request to a cluster, parsed. */
export interface ClusterRequest extends Input {
  readonly call: RbacCall;
}

/** What asks for the version of an API server. It is of no API group, so no tool can list it: only this very object is it. */
export const VERSION_REQUEST: ClusterRequest = {
  query: {},
  call: { group: '', version: '', verb: 'get', resource: 'version', subresource: undefined },
};

const SERVICE = /^(?:(?<group>[a-z0-9.-]+)\/)?(?<version>v\d+(?:(?:alpha|beta)\d+)?)$/;
const COMMAND = /^(?<verb>[a-z]+) (?<resource>[a-z][a-z0-9]*)(?:\/(?<subresource>[a-z]+))?$/;

const isVerb = (text: string): text is RbacCall['verb'] => Object.hasOwn(METHODS, text);

/** Reads `{ service: 'apps/v1', command: 'patch deployments/scale' }`, or returns undefined. */
export const readCall = ({ service, command }: ProviderCall): RbacCall | undefined => {
  const { group = '', version } = SERVICE.exec(service)?.groups ?? {};
  const { verb = '', resource, subresource } = COMMAND.exec(command)?.groups ?? {};
  if (version === undefined || resource === undefined || !isVerb(verb)) return undefined;
  return { group, version, verb, resource, subresource };
};

/** The same for a call that must be one. */
export const callOf = (call: ProviderCall): RbacCall => {
  const read = readCall(call);
  if (read !== undefined) return read;
  throw contractBroken(
    `${call.service}: ${call.command} is not a call of Kubernetes; expected a service such as apps/v1 and a command such as "patch deployments/scale".`,
  );
};

/** Whether a call only reads. */
export const isRead = ({ verb }: RbacCall): boolean => READS.some((read) => read === verb);

/** Parses a request. */
export const clusterRequest = ({ service, command, input }: CloudRequest): ClusterRequest => {
  const parsed = Input.safeParse(input);
  if (parsed.success) return { ...parsed.data, call: callOf({ service, command }) };
  const why = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`).join('; ');
  throw contractBroken(`${service}: ${command} has an input that cannot be sent to a cluster: ${why}.`);
};

/** The method and the path of a request. Names were checked, so none can lead to another path. */
export const addressOf = (request: ClusterRequest): { method: string; path: string } => {
  if (request === VERSION_REQUEST) return { method: METHODS.get, path: '/version' };
  const { call, namespace, name, query } = request;
  const { group, version, verb, resource, subresource } = call;
  if ((name === undefined) !== (verb === 'list' || (verb === 'create' && subresource === undefined)))
    throw contractBroken(`${verb} ${resource} ${name === undefined ? 'needs' : 'takes no'} name.`);
  const segments = [
    ...(group === '' ? ['api', version] : ['apis', group, version]),
    // A namespace is read by its own name, which RBAC takes for the namespace of the request.
    ...(namespace === undefined || resource === 'namespaces' ? [] : ['namespaces', namespace]),
    resource,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  const parameters = Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]);
  const search = new URLSearchParams(parameters).toString();
  return { method: METHODS[verb], path: `/${segments.join('/')}${search === '' ? '' : `?${search}`}` };
};

/** A call as errors name it: `patch deployments/scale on shop/checkout`. */
export const requestName = ({ call: { verb, resource, subresource }, namespace, name }: ClusterRequest): string => {
  const what = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
  const where = [namespace, name].filter((part) => part !== undefined).join('/');
  return where === '' ? what : `${what} on ${where}`;
};

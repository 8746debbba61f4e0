import * as z from 'zod';
import { InputError } from '../../../contracts/errors.ts';
import type { ChangeManifest } from '../../../contracts/tool.ts';
import { fieldTree, type FieldTree } from './field-path.ts';

/** A write that a tool makes, as the admission policy knows it. */
export interface AdmittedCall {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Empty without one. */
  readonly subresource: string;
  /** Fields that may differ from before. An eviction has none. */
  readonly fields: FieldTree | 'eviction';
  /** The same fields, as the manifest has them. */
  readonly paths: readonly string[];
}

/** What a session with the name of a tool may do. */
export interface AdmittedOperation {
  readonly name: string;
  readonly calls: readonly AdmittedCall[];
}

/** A changing call in the manifest of a Kubernetes tool. A patch names the fields that it may change. */
const KubernetesChangeCall = z.strictObject({
  service: z.string().regex(/^([a-z0-9.-]+\/)?v[a-z0-9]+$/),
  command: z.string().regex(/^[a-z]+ [a-z]+(\/[a-z]+)?$/),
  fields: z.array(z.string()).min(1).optional(),
});

/** A session name has 64 characters: the longest mode, two hyphens and a UID leave these for the operation. */
const OPERATION = /^[a-z][a-z_]{0,20}$/;

/** The operations of change tools on Kubernetes, by name. Throws on a call that no policy could confine. */
export const admittedOperations = (tools: readonly ChangeManifest[]): readonly AdmittedOperation[] =>
  tools.map(operationOf).toSorted((one, other) => (one.name < other.name ? -1 : 1));

const operationOf = ({ name, changes }: ChangeManifest): AdmittedOperation => {
  if (!OPERATION.test(name))
    throw new InputError(`tool ${name}`, 'its name cannot be part of a session name', 'Use at most 21 of a-z and _.');
  if (changes.length === 0)
    throw new InputError(`tool ${name}`, 'its `changes` list no call', 'List the call that writes.');
  return { name, calls: changes.map((call) => admittedCall(`tool ${name}`, call)) };
};

const admittedCall = (where: string, listed: unknown): AdmittedCall => {
  const read = KubernetesChangeCall.safeParse(listed);
  if (!read.success)
    throw new InputError(
      where,
      `its call ${JSON.stringify(listed)} cannot be read`,
      'Expected { service: "apps/v1", command: "patch deployments", fields: ["spec.replicas"] }.',
      read.error,
    );
  const { service, command, fields: paths = [] } = read.data;
  const [version = '', group = ''] = service.split('/').toReversed();
  const [verb, what = ''] = command.split(' ');
  const [resource = '', subresource = ''] = what.split('/');
  const call = { group, version, resource, subresource, paths };
  // Its body is an Eviction of policy/v1, but path, RBAC and admission know it as a subresource of v1.
  if (service === 'v1' && command === 'create pods/eviction' && paths.length === 0)
    return { ...call, fields: 'eviction' };
  if (verb === 'patch' && resource !== 'configmaps' && paths.some((path) => path.startsWith('data')))
    throw new InputError(
      where,
      `its call ${JSON.stringify(command)} lists data`,
      'Only a ConfigMap has data of which single keys may be written.',
    );
  if (verb === 'patch' && paths.length > 0) return { ...call, fields: fieldTree(`${where}, ${command}`, paths) };
  throw new InputError(
    where,
    `its call ${JSON.stringify(command)} cannot be confined to one object and some of its fields`,
    'A tool may patch fields that its manifest lists in `fields`, or `create pods/eviction` of the service v1.',
  );
};

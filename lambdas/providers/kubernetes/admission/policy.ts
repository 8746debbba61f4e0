import type { ChangeManifest } from '../../../contracts/tool.ts';
import { celString, celStrings } from './cel.ts';
import { admittedOperations, type AdmittedOperation } from './operation.ts';
import { validationsOf, type Validation } from './validations.ts';

/** Name of the policy and of its binding in the cluster. */
export const POLICY_NAME = 'checkrein-one-change';

/** Whose writes the policy confines, and to what. */
export interface AdmissionScope {
  /** The group of the access entries of the change roles. It has the rights, so whoever is in it is confined. */
  readonly group: string;
  /** What the user names of the change roles begin with: `arn:aws:sts::123456789012:assumed-role/checkrein-change/`. */
  readonly usernamePrefixes: readonly string[];
  /** Namespaces that some agent is granted. */
  readonly namespaces: readonly string[];
  /** The change tools on Kubernetes that some agent is granted. */
  readonly tools: readonly ChangeManifest[];
}

interface PolicySpec {
  readonly failurePolicy: 'Fail';
  readonly matchConstraints: { readonly resourceRules: readonly object[] };
  readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly Validation[];
}

/** A ValidatingAdmissionPolicy, as JSON. */
export interface AdmissionPolicy {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingAdmissionPolicy';
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: PolicySpec;
}

/**
 * The policy by which the cluster itself confines each session to one change. It covers every kind of object, so what no
 * tool needs is refused even where RBAC would grant it.
 */
export const admissionPolicy = (scope: AdmissionScope): AdmissionPolicy => {
  const operations = admittedOperations(scope.tools);
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: POLICY_NAME, annotations: Object.fromEntries(operations.map(notCompared)) },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }],
      },
      matchConditions: [{ name: 'is-checkrein', expression: isOurs(scope) }],
      variables: VARIABLES,
      validations: validationsOf(operations, scope.namespaces),
    },
  };
};

/** The binding that puts the policy into force. It denies, and records each denial in the audit log. */
export const admissionBinding = () => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: POLICY_NAME },
  spec: { policyName: POLICY_NAME, validationActions: ['Deny', 'Audit'] },
});

/** Must never fail: with failurePolicy Fail, an error here would refuse the writes of everybody. */
const isOurs = ({ group, usernamePrefixes }: AdmissionScope): string => {
  const inGroup = `(has(request.userInfo.groups) && ${celString(group)} in request.userInfo.groups)`;
  if (usernamePrefixes.length === 0) return inGroup;
  const named = `${celStrings(usernamePrefixes)}.exists(p, request.userInfo.username.startsWith(p))`;
  return `${inGroup} || (has(request.userInfo.username) && ${named})`;
};

/** The parts of a session name. A hyphen ends each, and a UID has hyphens, so it comes last. */
const VARIABLES = [
  {
    name: 'session',
    expression: "request.userInfo.username.split('/')[size(request.userInfo.username.split('/')) - 1]",
  },
  { name: 'parts', expression: "variables.session.split('-', 3)" },
  { name: 'named', expression: 'size(variables.parts) == 3' },
  { name: 'mode', expression: "variables.named ? variables.parts[0] : ''" },
  { name: 'operation', expression: "variables.named ? variables.parts[1] : ''" },
  { name: 'uid', expression: "variables.named ? variables.parts[2] : ''" },
  { name: 'subresource', expression: "has(request.subResource) ? request.subResource : ''" },
] as const;

/** Says for each operation what the cluster does not compare, for whoever reads the policy there. */
const notCompared = ({ name, calls }: AdmittedOperation): [string, string] => {
  const paths = [...new Set(calls.flatMap((call) => call.paths))];
  const says = paths.length === 0 ? 'an eviction changes no field' : `any value is admitted in ${paths.join(', ')}`;
  return [`checkrein.dev/${name.replaceAll('_', '-')}`, says];
};

import { FIELD_MANAGER } from '../../../contracts/clusters.ts';
import { celString, celStrings } from './cel.ts';
import { differsOnly, withServerFields } from './differs-only.ts';
import { managersKept, RELEASES } from './managed-fields.ts';
import { isClusterScoped } from '../ref.ts';
import type { AdmittedCall, AdmittedOperation } from './operation.ts';

/** A check of the policy. The first that fails gives the message. */
export interface Validation {
  readonly expression: string;
  readonly messageExpression: string;
  readonly message: string;
  readonly reason: 'Forbidden';
}

/** What a session may do: dry-run a change, make it, or write the old values back. */
const MODES = ['dry', 'apply', 'undo'] as const;

const UID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

/** The checks of the policy, in the order in which a person should read their messages. */
export const validationsOf = (
  operations: readonly AdmittedOperation[],
  namespaces: readonly string[],
): readonly Validation[] => [
  named(operations),
  onlyDryRuns(),
  calls(operations),
  inNamespaces(namespaces, operations),
  onTarget(operations),
  evictsGently(),
  ...operations.flatMap(onlyFields),
];

const validation = (expression: string, message: string, messageExpression: string): Validation => ({
  expression,
  message: `Checkrein: ${message}`,
  messageExpression: `${celString('Checkrein: ')} + ${messageExpression}`,
  reason: 'Forbidden',
});

const named = (operations: readonly AdmittedOperation[]): Validation =>
  validation(
    `variables.named && variables.mode in ${celStrings(MODES)} && variables.operation in ${celStrings(
      operations.map(({ name }) => name),
    )} && variables.uid.matches(${celString(UID)})`,
    'the session name is not MODE-OPERATION-UID with a known mode and operation',
    `'the session name ' + variables.session + ' is not MODE-OPERATION-UID with a known mode and operation'`,
  );

const onlyDryRuns = (): Validation =>
  validation(
    `variables.mode != 'dry' || (has(request.dryRun) && request.dryRun)`,
    'a session of the mode dry may only make dry runs, with dryRun=All in the query',
    `'session ' + variables.session + ' may only make dry runs, with dryRun=All in the query'`,
  );

/** Operation of admission, group, version, resource and subresource of a call. */
const isCall = ({ group, version, resource, subresource, fields }: AdmittedCall): string =>
  [
    `request.operation == ${celString(fields === 'eviction' ? 'CREATE' : 'UPDATE')}`,
    `request.resource.group == ${celString(group)}`,
    `request.resource.version == ${celString(version)}`,
    `request.resource.resource == ${celString(resource)}`,
    `variables.subresource == ${celString(subresource)}`,
  ].join(' && ');

const calls = (operations: readonly AdmittedOperation[]): Validation =>
  validation(
    anyOf(
      operations.map(
        ({ name, calls }) => `(variables.operation == ${celString(name)} && (${anyOf(calls.map(isCall))}))`,
      ),
    ),
    'the operation of this session makes no such call',
    `variables.operation + ' does not ' + request.operation + ' ' + request.resource.resource + (variables.subresource == '' ? '' : '/' + variables.subresource)`,
  );

const inNamespaces = (namespaces: readonly string[], operations: readonly AdmittedOperation[]): Validation =>
  validation(
    anyOf([
      `has(request.namespace) && request.namespace in ${celStrings(namespaces)}`,
      ...operations.flatMap(({ name, calls }) => (calls.some(isInNone) ? [onNodes(name)] : [])),
    ]),
    'no agent is granted this namespace',
    `(has(request.namespace) && request.namespace != '' ? 'no agent is granted the namespace ' + request.namespace : 'the object is in no namespace')`,
  );

/** Whether a call is about an object that is in no namespace. */
const isInNone = ({ resource }: AdmittedCall): boolean => isClusterScoped(resource);

/** `request.namespace` is absent on nodes. Which calls an operation makes is checked before. */
const onNodes = (operation: string): string =>
  `(variables.operation == ${celString(operation)} && (!has(request.namespace) || request.namespace == '') && request.resource.group == '' && request.resource.resource == 'nodes')`;

/** The UID of the session is that of the object, or for an eviction that of its precondition, which the API server checks. */
const onTarget = (operations: readonly AdmittedOperation[]): Validation => {
  const evicts = operations.some((operation) => operation.calls.some(({ fields }) => fields === 'eviction'));
  const patched = `oldObject != null && oldObject.metadata.uid == variables.uid && object.metadata.name == request.name && oldObject.metadata.name == request.name`;
  const evicted = `has(object.metadata.name) && object.metadata.name == request.name && has(object.deleteOptions) && has(object.deleteOptions.preconditions) && has(object.deleteOptions.preconditions.uid) && object.deleteOptions.preconditions.uid == variables.uid`;
  return validation(
    evicts ? `variables.subresource == 'eviction' ? (${evicted}) : (${patched})` : patched,
    'the object is not the target of this session, or an eviction names no UID as precondition',
    `(variables.subresource == 'eviction' ? 'the eviction of ' + request.name + ' has no precondition on the UID ' : request.resource.resource + '/' + request.name + ' has not the UID ') + variables.uid + ' of the session'`,
  );
};

/** A grace period of zero would kill. */
const evictsGently = (): Validation =>
  validation(
    `variables.subresource != 'eviction' || !has(object.deleteOptions) || object.deleteOptions.all(k, k in ['kind', 'apiVersion', 'preconditions', 'dryRun'])`,
    'an eviction may have no other option than its precondition',
    `'the eviction of ' + request.name + ' may have no other option than its precondition'`,
  );

/** Either the listed fields change, or only our entry leaves the managed fields. */
const onlyFields = ({ name, calls }: AdmittedOperation): Validation[] =>
  calls.flatMap((call) => {
    const { fields, paths, resource } = call;
    if (fields === 'eviction') return [];
    const changes = `${differsOnly('object', 'oldObject', withServerFields(fields))} && ${managersKept(fields)}`;
    const expression = `!(variables.operation == ${celString(name)} && ${isCall(call)}) || (${changes}) || (${RELEASES})`;
    const text = `${name} may change only ${paths.join(', ')} of ${resource}, or release the fields that ${FIELD_MANAGER} manages`;
    return [validation(expression, text, celString(text))];
  });

const anyOf = (expressions: readonly string[]): string =>
  expressions.length === 0 ? 'false' : expressions.join(' || ');

import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import {
  admittedOperations,
  type AdmittedCall,
  type AdmittedOperation,
} from '../../../lambdas/providers/kubernetes/admission/operation.ts';
import { FIELD_MANAGER } from '../../../lambdas/contracts/clusters.ts';
import { POLICY_NAME, type AdmissionScope } from '../../../lambdas/providers/kubernetes/admission/policy.ts';
import type { ClusterRequest } from '../../../lambdas/providers/kubernetes/call.ts';
import { isDryRun, serviceOf } from '../api/request.ts';
import { isObject, textIn, valueAt } from '../objects/json.ts';
import { forbidden } from '../objects/refusal.ts';
import { qualified } from '../objects/resources.ts';
import { changesOnly, onlyReleases } from './fields.ts';

/** A write as admission sees it: after the patch was made and checked, and before it is stored. */
export interface Review {
  readonly operation: 'CREATE' | 'UPDATE';
  readonly request: ClusterRequest;
  readonly object: JsonObject;
  /** Undefined for what is created, an eviction too. */
  readonly oldObject?: JsonObject;
}

/** Throws if the policies of the cluster refuse a write. */
export type Admit = (review: Review) => void;

/** What the policy of a cluster admits. */
export type PolicyScope = Pick<AdmissionScope, 'namespaces' | 'tools'>;

/**
 * The generated policy of a cluster, here in TypeScript: the same checks in the same order, with the same words. Refuses a write
 * of a session of the change role that is not the one change in its name.
 */
export const oneChangePolicy = ({ namespaces, tools }: PolicyScope): ((username: string, review: Review) => void) => {
  const operations = admittedOperations(tools);
  return (username, review) => {
    const session = sessionOf(username);
    const why = CHECKS.map((check) => check(session, review, { operations, namespaces })).find(
      (one) => one !== undefined,
    );
    if (why === undefined) return;
    const { request } = review;
    const at = { resource: qualified(request.call.resource, serviceOf(request)), name: request.name ?? '' };
    const policy = `ValidatingAdmissionPolicy '${POLICY_NAME}' with binding '${POLICY_NAME}'`;
    const message = `${policy} denied request: Checkrein: ${why}`;
    throw forbidden(at, message, [{ message }]);
  };
};

/** What the name of a session says, of which the mode has no hyphen and the UID has several. */
interface Session {
  readonly name: string;
  readonly mode: string;
  readonly operation: string;
  readonly uid: string;
}

const sessionOf = (username: string): Session => {
  const name = username.split('/').at(-1) ?? '';
  const [, mode = '', operation = '', uid = ''] = /^([^-]*)-([^-]*)-(.*)$/s.exec(name) ?? [];
  return { name, mode, operation, uid };
};

interface Admitted {
  readonly operations: readonly AdmittedOperation[];
  readonly namespaces: readonly string[];
}

/** Says why a write is refused, or nothing. */
type PolicyCheck = (session: Session, review: Review, admitted: Admitted) => string | undefined;

const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const isNamed: PolicyCheck = ({ name, mode, operation, uid }, _review, { operations }) =>
  ['dry', 'apply', 'undo'].includes(mode) && operations.some((one) => one.name === operation) && UID.test(uid)
    ? undefined
    : `the session name ${name} is not MODE-OPERATION-UID with a known mode and operation`;

const makesDryRuns: PolicyCheck = ({ name, mode }, { request }) =>
  mode !== 'dry' || isDryRun(request)
    ? undefined
    : `session ${name} may only make dry runs, with dryRun=All in the query`;

const makesItsCalls: PolicyCheck = (session, review, admitted) => {
  if (callsOf(session, review, admitted).length > 0) return undefined;
  const { resource, subresource } = review.request.call;
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${session.operation} does not ${review.operation} ${what}`;
};

/** The calls of the operation that a write can be. */
const callsOf = ({ operation }: Session, review: Review, { operations }: Admitted): readonly AdmittedCall[] => {
  const { group, version, resource, subresource = '' } = review.request.call;
  const calls = operations.filter((one) => one.name === operation).flatMap((one) => one.calls);
  return calls.filter(
    (call) =>
      review.operation === (call.fields === 'eviction' ? 'CREATE' : 'UPDATE') &&
      call.group === group &&
      call.version === version &&
      call.resource === resource &&
      call.subresource === subresource,
  );
};

const isGranted: PolicyCheck = (session, review, { namespaces, operations }) => {
  const { namespace, call } = review.request;
  // Only what is called a node is in no namespace, and only an operation on nodes reaches it.
  if (namespace === undefined && call.group === '' && call.resource === 'nodes' && isOnNodes(session, operations))
    return undefined;
  if (namespace === undefined) return 'the object is in no namespace';
  return namespaces.includes(namespace) ? undefined : `no agent is granted the namespace ${namespace}`;
};

const isOnNodes = ({ operation }: Session, operations: readonly AdmittedOperation[]): boolean =>
  operations.some(({ name, calls }) => name === operation && calls.some(({ resource }) => resource === 'nodes'));

const isEviction = ({ request }: Review): boolean => request.call.subresource === 'eviction';

const isOnTarget: PolicyCheck = ({ uid }, review) => {
  const { request, object, oldObject } = review;
  const { name = '', call } = request;
  const isCalled = (one: JsonObject): boolean => textIn(valueAt(one, 'metadata', 'name')) === name;
  if (isEviction(review)) {
    const condition = textIn(valueAt(object, 'deleteOptions', 'preconditions', 'uid'));
    return isCalled(object) && condition === uid
      ? undefined
      : `the eviction of ${name} has no precondition on the UID ${uid} of the session`;
  }
  const isTarget = oldObject !== undefined && textIn(valueAt(oldObject, 'metadata', 'uid')) === uid;
  return isTarget && isCalled(object) && isCalled(oldObject)
    ? undefined
    : `${call.resource}/${name} has not the UID ${uid} of the session`;
};

const OPTIONS: ReadonlySet<string> = new Set(['kind', 'apiVersion', 'preconditions', 'dryRun']);

const evictsGently: PolicyCheck = (_session, review) => {
  const options = review.object['deleteOptions'];
  if (!isEviction(review) || !isObject(options) || Object.keys(options).every((key) => OPTIONS.has(key)))
    return undefined;
  return `the eviction of ${review.request.name ?? ''} may have no other option than its precondition`;
};

const changesItsFields: PolicyCheck = (session, review, admitted) => {
  const { object, oldObject = {} } = review;
  const refusing = callsOf(session, review, admitted).find(
    ({ fields }) =>
      fields !== 'eviction' && !changesOnly(object, oldObject, fields) && !onlyReleases(object, oldObject),
  );
  return refusing === undefined
    ? undefined
    : `${session.operation} may change only ${refusing.paths.join(', ')} of ${refusing.resource}, or release the fields that ${FIELD_MANAGER} manages`;
};

/** In the order of the policy: the first that fails gives the message. */
const CHECKS: readonly PolicyCheck[] = [
  isNamed,
  makesDryRuns,
  makesItsCalls,
  isGranted,
  isOnTarget,
  evictsGently,
  changesItsFields,
];

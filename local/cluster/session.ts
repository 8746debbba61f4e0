import { contractBroken } from '../../lambdas/contracts/errors.ts';
import type { ProviderCall } from '../../lambdas/contracts/tool.ts';
import { isRead, requestName, type ClusterRequest } from '../../lambdas/providers/kubernetes/call.ts';
import { valueAt, textIn } from './objects/json.ts';
import { forbidden } from './objects/refusal.ts';
import { qualified } from './objects/resources.ts';
import { isDryRun, serviceOf } from './api/request.ts';
import type { ClusterState } from './state.ts';

/** The one object that a session of the change role is bound to, and what for. */
interface ChangeBinding {
  readonly mode: 'dry' | 'apply' | 'undo';
  /** The tool. */
  readonly operation: string;
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly uid: string;
}

/** Who sends requests, and what the cluster lets them do. */
export interface ClusterSession {
  readonly step: string;
  readonly principal: string;
  readonly calls: readonly ProviderCall[] | 'any';
  /** Without it, the session only reads. */
  readonly change?: ChangeBinding | undefined;
}

/** Refuses what RBAC and the admission policy would refuse. Admission never sees a read. */
export const authorize = (state: ClusterState, session: ClusterSession, request: ClusterRequest): void => {
  const { calls, principal, change } = session;
  if (calls === 'any') return;
  const { verb, resource, subresource } = request.call;
  const service = serviceOf(request);
  const what = `${resource}${subresource === undefined ? '' : `/${subresource}`}`;
  const at = { resource: qualified(resource, service), name: request.name ?? '' };
  if (!calls.some((one) => one.service === service && one.command === `${verb} ${what}`)) {
    const group = service.includes('/') ? (service.split('/')[0] ?? '') : '';
    const where = request.namespace === undefined ? 'at the cluster scope' : `in the namespace "${request.namespace}"`;
    throw forbidden(at, `User "${principal}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`);
  }
  if (isRead(request.call)) return;
  if (change === undefined)
    throw contractBroken(`${requestName(request)} is not a read, but was sent under a role that reads.`);
  const fault = bindingFault(state, change, request);
  if (fault !== undefined)
    throw forbidden(
      at,
      `ValidatingAdmissionPolicy 'checkrein-change' with binding 'checkrein-change' denied request: Checkrein: ${fault}`,
    );
};

const bindingFault = (state: ClusterState, change: ChangeBinding, request: ClusterRequest): string | undefined => {
  const { mode, operation } = change;
  const { resource, subresource } = request.call;
  if (mode === 'dry' && !isDryRun(request)) return `a session in the mode dry may only make dry runs.`;
  const isTarget =
    request.namespace === change.namespace && resource === change.resource && request.name === change.name;
  if (!isTarget)
    return `this session of ${operation} may change only ${change.namespace}/${change.resource}/${change.name}.`;
  if (subresource === 'eviction') {
    const uid = textIn(valueAt(request.body, 'deleteOptions', 'preconditions', 'uid'));
    return uid === change.uid ? undefined : `an eviction with no precondition on the UID ${change.uid} is refused.`;
  }
  const object = [...state.store.all()].find((one) => textIn(valueAt(one, 'metadata', 'uid')) === change.uid);
  const isThere = object !== undefined && textIn(valueAt(object, 'metadata', 'name')) === change.name;
  return isThere ? undefined : `the object is not the one with the UID ${change.uid}.`;
};

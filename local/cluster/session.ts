import { contractBroken } from '../../lambdas/contracts/errors.ts';
import type { ProviderCall } from '../../lambdas/contracts/tool.ts';
import { isRead, requestName, type ClusterRequest } from '../../lambdas/providers/kubernetes/call.ts';
import { serviceOf } from './api/request.ts';
import { forbidden } from './objects/refusal.ts';
import { qualified } from './objects/resources.ts';

/** Who sends requests, and what the cluster lets them do. */
export interface ClusterSession {
  readonly step: string;
  /** The name of the user. That of a change ends in `MODE-OPERATION-UID`. */
  readonly principal: string;
  /** What RBAC lets the user do. */
  readonly calls: readonly ProviderCall[] | 'any';
  /** The user is in the group of the change roles, so the admission policy confines it. Anybody else only reads. */
  readonly changes?: boolean;
  /** The incident, as the User-Agent says it to the audit log. */
  readonly incidentId?: string;
}

/** Refuses what RBAC would refuse. */
export const authorize = ({ calls, principal, changes }: ClusterSession, request: ClusterRequest): void => {
  if (calls === 'any') return;
  const { verb, resource, subresource } = request.call;
  const service = serviceOf(request);
  const what = `${resource}${subresource === undefined ? '' : `/${subresource}`}`;
  if (!calls.some((one) => one.service === service && one.command === `${verb} ${what}`)) {
    const at = { resource: qualified(resource, service), name: request.name ?? '' };
    const group = service.includes('/') ? (service.split('/')[0] ?? '') : '';
    const where = request.namespace === undefined ? 'at the cluster scope' : `in the namespace "${request.namespace}"`;
    throw forbidden(at, `User "${principal}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`);
  }
  if (changes !== true && !isRead(request.call))
    throw contractBroken(`${requestName(request)} is not a read, but was sent under a role that reads.`);
};

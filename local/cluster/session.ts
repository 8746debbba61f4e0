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
  /** The ConfigMaps of a namespace that RBAC names to the user. Default: it has a rule that names none, and so grants all. */
  readonly configMaps?: (namespace: string) => readonly string[];
  /** The user is in the group of the change roles, so the admission policy confines it. Anybody else only reads. */
  readonly changes?: boolean;
  /** The incident, as the User-Agent says it to the audit log. */
  readonly incidentId?: string;
}

/** Refuses what RBAC would refuse. */
export const authorize = (session: ClusterSession, request: ClusterRequest): void => {
  const { calls, principal, changes } = session;
  if (calls === 'any') return;
  const { verb, resource, subresource } = request.call;
  const service = serviceOf(request);
  const what = `${resource}${subresource === undefined ? '' : `/${subresource}`}`;
  const isListed = calls.some((one) => one.service === service && one.command === `${verb} ${what}`);
  if (!isListed || !isNamed(session, request)) {
    const at = { resource: qualified(resource, service), name: request.name ?? '' };
    const group = service.includes('/') ? (service.split('/')[0] ?? '') : '';
    const where = request.namespace === undefined ? 'at the cluster scope' : `in the namespace "${request.namespace}"`;
    throw forbidden(at, `User "${principal}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`);
  }
  if (changes !== true && !isRead(request.call))
    throw contractBroken(`${requestName(request)} is not a read, but was sent under a role that reads.`);
};

const isNamed = ({ configMaps }: ClusterSession, { call, namespace = '', name = '' }: ClusterRequest): boolean =>
  call.resource !== 'configmaps' || configMaps === undefined || configMaps(namespace).includes(name);

import type { ClusterRequest } from '../../../lambdas/providers/kubernetes/call.ts';
import { requestName } from '../../../lambdas/providers/kubernetes/call.ts';
import { InputError } from '../../../lambdas/contracts/errors.ts';
import { StatusRefusal } from '../objects/refusal.ts';
import type { Admit } from '../admission/one-change.ts';
import type { ClusterState } from '../state.ts';
import { evict } from './eviction.ts';
import { podLog } from './logs.ts';
import { patchObject, scaleObject } from './patches.ts';
import { getObject, listObjects } from './reads.ts';
import { serviceOf, type Answer } from './request.ts';

/** What the API server answers to a request; a refusal as its Status. */
export const answerTo = (state: ClusterState, request: ClusterRequest, admit: Admit): Answer => {
  try {
    return handlerOf(request)(state, request, admit);
  } catch (refused) {
    if (refused instanceof StatusRefusal) return { status: refused.status, body: refused.body };
    throw refused;
  }
};

type Handler = (state: ClusterState, request: ClusterRequest, admit: Admit) => Answer;

/** A request that tools do not send is a gap in the simulation, so it is not reported as an error of Kubernetes. */
const handlerOf = (request: ClusterRequest): Handler => {
  const { verb, resource, subresource } = request.call;
  if (subresource === undefined) {
    if (verb === 'get') return getObject;
    if (verb === 'list') return listObjects;
    if (verb === 'patch') return patchObject;
  }
  if (resource === 'pods' && subresource === 'log' && verb === 'get') return podLog;
  if (resource === 'pods' && subresource === 'eviction' && verb === 'create') return evict;
  if (subresource === 'scale' && (verb === 'get' || verb === 'patch')) return scaleObject;
  throw new InputError(
    'simulated cluster',
    `${serviceOf(request)}: ${requestName(request)} is not simulated`,
    'get, list, patch, get pods/log, create pods/eviction, get and patch of scale; a new one is a line in local/cluster/api/answer.ts',
  );
};

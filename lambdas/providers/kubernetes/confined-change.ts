import { contractBroken, ToolRefusal } from '../../contracts/errors.ts';
import { refOf } from '../../contracts/plan.ts';
import type { AccountRegion, ChangeScope, Cloud, CloudRequest } from '../../contracts/ports.ts';
import { dryRunOnly } from '../../kernel/changes/dry-run-only.ts';
import { reachOf } from '../../kernel/trace/location.ts';
import { provesBound, type BoundProof } from './admission/proves-bound.ts';
import { callOf, requestName, type ClusterRequest } from './call.ts';
import { kubernetes } from './provider.ts';
import { admitted, type Admitted, type Clusters } from './reach.ts';
import { objectOf, refOfObject, type ClusterObject } from './ref.ts';
import { sessionNameOf, type SessionMode } from './session-name.ts';

const MODES = { 'dry-run': 'dry', apply: 'apply', rollback: 'undo' } as const satisfies Record<
  ChangeScope['purpose'],
  SessionMode
>;

/** A session of the change role, by what it is for. */
export interface ChangeSession {
  readonly kind: 'home' | 'member';
  readonly at: AccountRegion;
  readonly incidentId: string;
  /** `MODE-OPERATION-UID`. */
  readonly name: string;
}

/** Opens a session. What it returns sends requests in it, parsed or as the tool made them. */
type OpenSession = (session: ChangeSession) => Promise<(admitted: Admitted, sent: CloudRequest) => Promise<unknown>>;

/** Clusters that changes may reach, from the account and Region of the deployment. */
interface ChangeReach extends Clusters, AccountRegion {
  readonly changeMembers?: { readonly accounts: readonly string[] } | undefined;
}

/**
 * Credentials for one change of one object, in a session whose name binds it, in the cluster, to the mode, the operation and
 * the UID. Here too, no request leaves that is not one of the tool's calls on the target.
 */
export const confinedChange = async (scope: ChangeScope, to: ChangeReach, open: OpenSession): Promise<Cloud> => {
  const { incidentId, accountRegion } = scope.location;
  const reach = reachOf(accountRegion, to, to.changeMembers);
  if (reach.kind === 'foreign') throw new ToolRefusal(reach.reason);
  const { kind, accountRegion: at } = reach;
  const bound = boundTo(scope);
  const session = await open({ kind, at, incidentId, name: bound.sessionName });
  const cloud: Cloud = {
    ...at,
    send: async (sent) => {
      const inCluster = { ...sent, input: withCluster(sent, bound) };
      const found = admitted(scope.calls, inCluster, to, at, to);
      assertOnTarget(found.request, bound.objects);
      return session(found, inCluster);
    },
  };
  await provesBound(cloud, proofFor(scope, bound.target));
  return scope.purpose === 'dry-run' ? dryRunOnly(cloud, kubernetes) : cloud;
};

/** The call of the tool on its target, with which the session could change it were there no policy. */
const proofFor = ({ tool, calls }: ChangeScope, { kind, namespace, name }: ClusterObject): BoundProof => {
  const call = calls.find((one) => callOf(one).resource === kind);
  if (call !== undefined) return { service: call.service, command: call.command, namespace, name };
  throw contractBroken(
    `The tool ${tool} lists no call on ${kind}, which its target is, so nothing can prove that the admission policy is bound.`,
  );
};

/** What a session is bound to: its name, and the objects that its requests may name, the target first. */
interface Bound {
  readonly sessionName: string;
  readonly target: ClusterObject;
  readonly objects: readonly ClusterObject[];
}

const boundTo = ({ target, also, tool, purpose }: ChangeScope): Bound => {
  const uid = 'uid' in target ? target.uid : undefined;
  const object = objectOf(refOf(target));
  if (object === undefined || uid === undefined)
    throw contractBroken(
      `A change was to be bound to ${refOf(target)} with the UID ${uid ?? '(none)'}; expected k8s://CLUSTER/NAMESPACE/KIND/NAME and the UID of that object.`,
    );
  const others = (also?.refs ?? []).map((ref) => {
    const other = objectOf(ref);
    if (other?.cluster !== object.cluster || other.namespace !== object.namespace)
      throw contractBroken(
        `A change of ${refOf(target)} was to touch ${ref}, which is not one object of its namespace.`,
      );
    return other;
  });
  const sessionName = sessionNameOf({ mode: MODES[purpose], operation: tool, uid });
  return { sessionName, target: object, objects: [object, ...others] };
};

/** A change goes to the cluster of its target. A request that names another one is refused as not on the target. */
const withCluster = ({ input }: CloudRequest, { target }: Bound): CloudRequest['input'] => ({
  cluster: target.cluster,
  ...input,
});

const assertOnTarget = (request: ClusterRequest, objects: readonly ClusterObject[]): void => {
  const { call, cluster, namespace, name } = request;
  const named = objects.some(
    (one) => one.cluster === cluster && one.namespace === namespace && one.kind === call.resource && one.name === name,
  );
  if (named) return;
  const allowed = objects.map(refOfObject).join(', ');
  throw contractBroken(
    `${requestName(request)} in the cluster ${cluster ?? '(none)'} is not on what this change may touch (${allowed}). It was not sent.`,
  );
};

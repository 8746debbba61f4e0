import { testsOf, type KernelCheck } from '../check.ts';

const access = testsOf('lambdas/providers/kubernetes/access');
const proof = testsOf('property/clusters');
const approved = proof('scale_workload, approved, is written as its plan says, and leaves nothing of ours');

/** Checks that keep a change in a cluster to its target. */
export const CLUSTERS: readonly KernelCheck[] = [
  {
    name: 'clusters/target',
    holds: 'a tool finds its target in the cluster and the namespace that its input names',
    file: 'lambdas/kernel/changes/target-fault.ts',
    find: 'providerOfTarget(target) !== KUBERNETES',
    replace: 'providerOfTarget(target) !== undefined',
    test: testsOf('lambdas/kernel/model/cluster-grant')(
      'cannot find its target in another cluster or namespace than its input names',
    ),
  },
  {
    name: 'clusters/dry-run',
    holds: 'the credentials of a dry run send dry runs only',
    file: 'lambdas/providers/kubernetes/confined-change.ts',
    find: "scope.purpose === 'dry-run'",
    test: access('in a dry run is not sent'),
  },
  {
    name: 'clusters/also',
    holds: 'what a change touches besides its target is in the namespace of its target',
    file: 'lambdas/providers/kubernetes/confined-change.ts',
    find: 'other?.cluster !== object.cluster || other.namespace !== object.namespace',
    replace: 'other === undefined',
    test: access('that would touch an object outside of its namespace gets no session'),
  },
  {
    name: 'clusters/policy-bound',
    holds: 'no session writes in a cluster where the admission policy is missing',
    file: 'lambdas/providers/kubernetes/confined-change.ts',
    find: '  await provesBound(cloud, proofFor(scope, bound.target));\n',
    replace: '',
    test: proof('scale_workload is not written where the admission policy is missing'),
  },
  {
    name: 'clusters/dry-run-in-query',
    holds: 'only the query makes a request a dry run, as for an API server',
    file: 'lambdas/providers/kubernetes/provider.ts',
    find: "return query['dryRun'] === 'All';",
    replace: "return query['dryRun'] === 'All' || JSON.stringify(request.input).includes('dryRun');",
    test: testsOf('lambdas/providers/kubernetes/provider')(
      'is not one that only the body asks for: an API server would make the change',
    ),
  },
  {
    name: 'clusters/uid',
    holds: 'a patch is made only on the object of the UID in the plan',
    file: 'lambdas/tools/kubernetes/changes/object.ts',
    find: "  { op: 'test', path: '/metadata/uid', value: uid },\n",
    replace: '',
    test: approved,
  },
  {
    name: 'clusters/version',
    holds: 'a patch is made only on the version of the object that was read',
    file: 'lambdas/tools/kubernetes/changes/object.ts',
    find: "  { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },\n",
    replace: '',
    test: approved,
  },
  {
    name: 'clusters/release',
    holds: 'the fields that a change wrote are released',
    file: 'lambdas/tools/kubernetes/changes/write-object.ts',
    find: '(manager === FIELD_MANAGER ? [index] : [])',
    replace: '(manager === FIELD_MANAGER && index < 0 ? [index] : [])',
    test: approved,
  },
  {
    name: 'clusters/written-once',
    holds: 'a change that somebody takes back while it is waited for is not written again',
    file: 'lambdas/tools/kubernetes/changes/write-object.ts',
    find: 'isPart(found, change.before) && context.continues === true',
    test: proof('that somebody takes back while it is waited for (reverted-after-release) is not written again'),
  },
  {
    name: 'clusters/drift',
    holds: 'a workload that somebody changed since the dry run is not changed',
    file: 'lambdas/steps/apply/gates.ts',
    find: 'if (drift === undefined) return;',
    replace: 'return;',
    test: proof('of a workload whose image somebody changes while people are asked is not made'),
  },
  {
    name: 'clusters/agent-namespace',
    holds: 'a tool makes no request in a namespace that its agent is not granted, although another agent is',
    file: 'lambdas/kernel/model/admission.ts',
    find: 'clusterRefusal(agent, manifest, call.input)',
    replace: 'undefined',
    test: proof('in the namespace-of-others is refused before any request is sent'),
  },
  {
    name: 'clusters/namespace',
    holds: 'no request is sent to a namespace that no agent is granted',
    file: 'lambdas/providers/kubernetes/reach.ts',
    find: 'namespace !== undefined && granted.includes(namespace)',
    replace: 'true',
    test: access('in a namespace that no agent is granted is not sent'),
  },
  {
    name: 'clusters/nodes',
    holds: 'a tool on nodes is refused to an agent that is not granted them, although another agent is',
    file: 'lambdas/kernel/model/cluster-grant.ts',
    find: 'manifest.onNodes === true && kubernetes?.nodes !== true',
    test: proof('on a node is refused before any request is sent where only other agents are granted the nodes'),
  },
  {
    name: 'clusters/config-map-key',
    holds: 'a tool sets only keys of ConfigMaps that its agent is granted, although another agent is granted more',
    file: 'lambdas/kernel/model/cluster-grant.ts',
    find: 'granted.some((one) => one.name === map && one.keys.some((named) => named === key))',
    replace: 'granted.length > 0',
    test: proof('of a ConfigMap is refused before any request is sent where only other agents are granted a key of it'),
  },
  {
    name: 'clusters/claim-shrinks',
    holds: 'no claim is asked to shrink: nothing could take that back',
    file: 'lambdas/tools/set-volume-claim-size/tool.ts',
    find: 'nanosOf(after) < nanosOf(before.size)',
    test: testsOf('lambdas/tools/kubernetes/set-volume-claim-size')('a size that is no growth: 9Gi'),
  },
  {
    name: 'clusters/claim-not-undone',
    holds: 'a claim that has grown is left to people, not rolled back',
    file: 'lambdas/steps/verify/verdict.ts',
    find: "snapshot.reversible ? 'rollback' : 'report'",
    replace: "'rollback'",
    test: proof('that cannot be undone is written once, never rolled back, and left to people (volume-fails)'),
  },
];

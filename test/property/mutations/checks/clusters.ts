import { testsOf, type KernelCheck } from '../check.ts';

const access = testsOf('lambdas/providers/kubernetes/access');

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
];

import assert from 'node:assert/strict';
import * as z from 'zod';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Cloud } from '../../../lambdas/contracts/ports.ts';
import { systemClock } from '../../../lambdas/adapters/system.ts';
import { subjectFor } from '../../fixtures/subjects.ts';
import type { ApiServer } from '../api-server.ts';
import type { Check } from '../check.ts';
import { CLUSTER } from '../cluster.ts';
import { HIDDEN, OBSERVED } from '../observed/objects.ts';
import { CLUSTER_OBSERVE_TOOLS, READ_RIGHTS, readerOf } from '../observed/set-up.ts';
import { RIGHTS } from '../set-up.ts';

/** Runs an observe tool as somebody who may only read. Only calls of its manifest are sent. */
const observe = async (cloud: Cloud, name: string, input: JsonObject): Promise<string> => {
  const line = CLUSTER_OBSERVE_TOOLS.find(({ manifest }) => manifest.name === name);
  assert(line !== undefined, `there is no tool ${name}`);
  const { tool } = await line.load();
  const send: Cloud['send'] = (request) => {
    const listed = line.manifest.reads.some(
      ({ service, command }) => service === request.service && command === request.command,
    );
    assert(listed, `${request.service}: ${request.command} is not in the manifest of ${name}`);
    return cloud.send(request);
  };
  return tool.run(
    { cluster: CLUSTER, namespace: OBSERVED, ...input },
    { cloud: { ...cloud, send }, clock: systemClock, subject: subjectFor() },
  );
};

const shows = async (
  server: ApiServer,
  name: string,
  input: JsonObject,
  expected: readonly RegExp[],
): Promise<void> => {
  const text = await observe(readerOf(server), name, input);
  for (const one of expected) assert.match(text, one);
  assert.doesNotMatch(text, new RegExp(HIDDEN), 'a value that may be a secret is shown');
  assert.doesNotMatch(text, /not known, the cluster answered/);
};

const CASES: readonly (readonly [promise: string, tool: string, input: JsonObject, expected: readonly RegExp[]])[] = [
  [
    'list_pods shows how the last run of a container ended',
    'list_pods',
    { workload: 'checkout' },
    [
      /^2 pods in observed, of checkout: 2 not ready, 3 restarts; in 1 pod a container was last killed/,
      /OOMKilled, exit code 137 \(SIGKILL\)/,
    ],
  ],
  [
    'get_pod_logs shows the run before the last restart',
    'get_pod_logs',
    { pod: 'checkout-b2-x', previous: true, around: 'OutOfMemory' },
    [/^.*java\.lang\.OutOfMemoryError: Java heap space/],
  ],
  ['get_pod_logs shows the present run', 'get_pod_logs', { pod: 'checkout-b2-x', container: 'web' }, [/12 carts open/]],
  [
    'get_workload shows a Deployment with its revisions and all that rules it',
    'get_workload',
    { kind: 'deployments', name: 'checkout' },
    [
      /^Deployment checkout in observed: 1 of 2 pods ready/,
      /image: example\.com\/shop:1 → example\.com\/shop:2/,
      /resources\.limits\.memory: 1Gi → 512Mi/,
      /HorizontalPodAutoscaler checkout sets the number of pods: 2 to 6/,
      /KEDA's ScaledObject checkout/,
      /PodDisruptionBudget checkout: at least 1 available/,
      /ResourceQuota team, used: .*of 4 GiB/,
      /LimitRange defaults, each Container/,
      /variables JAVA_OPTS, DB_PASSWORD; 2 arguments \(values not shown\)/,
      /Helm \(shop\)/,
    ],
  ],
  [
    'get_workload shows a StatefulSet',
    'get_workload',
    { kind: 'statefulsets', name: 'ledger' },
    [/^StatefulSet ledger/, /revision 1 \(ledger-6f7\)/],
  ],
  [
    'get_workload shows a DaemonSet',
    'get_workload',
    { kind: 'daemonsets', name: 'agent' },
    [/^DaemonSet agent/, /64 MiB/],
  ],
  [
    'list_kubernetes_events counts warnings',
    'list_kubernetes_events',
    { object: 'checkout' },
    [/^1 event in observed about checkout\*; warnings: BackOff 7 times/],
  ],
  [
    'recent_cluster_changes shows revisions and who wrote last',
    'recent_cluster_changes',
    { workload: 'checkout' },
    [
      /Deployment checkout: revision 2 \(checkout-b2/,
      /Deployment checkout: kubectl-create \(Update\) last wrote; it owns/,
    ],
  ],
  [
    'get_pod_usage compares usage with limits',
    'get_pod_usage',
    {},
    [/^Nearest to its memory limit in observed: checkout-b2-y\/web: memory 496\.6 MiB, 97 % of its limit of 512 MiB/],
  ],
];

const Rules = z.object({
  status: z.object({
    resourceRules: z.array(
      z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
    ),
  }),
});

/** Each observe tool reads a real cluster with the generated rights alone. */
export const OBSERVE_CHECKS: readonly Check[] = [
  ...CASES.map(([promise, tool, input, expected]) => ({
    promise,
    run: (server: ApiServer) => shows(server, tool, input, expected),
  })),
  {
    promise: 'RBAC grants those who read nothing but what the tools read',
    async run(server) {
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectRulesReview',
        spec: { namespace: OBSERVED },
      };
      const call = { service: 'authorization.k8s.io/v1', command: 'create selfsubjectrulesreviews', input: { body } };
      const { status } = Rules.parse(await readerOf(server).send(call));
      const granted = status.resourceRules.filter(
        ({ resources }) => !resources.every((one) => one.startsWith('selfsubject')),
      );
      // Nodes, which an agent of other checks is granted, are in no namespace.
      const ofCluster = RIGHTS.filter(({ namespace, role }) => namespace === undefined && role === 'read');
      assert.deepEqual(sorted(granted), sorted([...READ_RIGHTS, ...ofCluster].flatMap(({ rules }) => rules)));
      assert(granted.every(({ verbs }) => verbs.every((verb) => verb === 'get' || verb === 'list')));
    },
  },
];

const sorted = (rules: readonly object[]): Json[] => rules.map((rule) => JSON.stringify(rule)).toSorted();

import assert from 'node:assert/strict';
import { parse } from 'yaml';
import * as z from 'zod';
import { systemClock } from '../../../lambdas/adapters/system.ts';
import { ToolRefusal } from '../../../lambdas/contracts/errors.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Cloud } from '../../../lambdas/contracts/ports.ts';
import { canonicalQuantity } from '../../../lambdas/tools/kubernetes/canonical-quantity.ts';
import { KINDS } from '../../../lambdas/tools/kubernetes/input.ts';
import { tool } from '../../../lambdas/tools/set-resources/tool.ts';
import type { Change } from '../../../lambdas/tools/tool.ts';
import { subjectFor } from '../../fixtures/subjects.ts';
import type { ApiServer } from '../api-server.ts';
import type { Check } from '../check.ts';
import { CLUSTER, create, jsonPatch, KubernetesObject, serverSideApply, sessionOf, SHOP } from '../cluster.ts';
import { readerOf } from '../observed/set-up.ts';

type Kind = keyof typeof KINDS;

const contextOf = (server: ApiServer) => ({ cloud: readerOf(server), clock: systemClock, subject: subjectFor() });

/** A session of the generated change role, with the rights of the tools alone. */
const changing = (server: ApiServer, { target }: Change, mode: string): Cloud =>
  sessionOf(server, mode, 'set_resources', 'uid' in target ? (target.uid ?? '') : '', 'of the tools');

const read = async ({ admin }: ApiServer, kind: Kind, name: string) =>
  KubernetesObject.parse(
    await admin.send({ service: 'apps/v1', command: `get ${kind}`, input: { namespace: SHOP, name } }),
  );

/** What the controllers, which do not run here, would write once every pod is of the newest template. */
const rollsOut = async (server: ApiServer, kind: Kind, name: string): Promise<void> => {
  const { metadata } = await read(server, kind, name);
  const observedGeneration = z.looseObject({ generation: z.int() }).parse(metadata).generation;
  const of = {
    deployments: { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
    statefulsets: { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
    daemonsets: {
      currentNumberScheduled: 2,
      desiredNumberScheduled: 2,
      numberMisscheduled: 0,
      updatedNumberScheduled: 2,
      numberReady: 2,
      numberAvailable: 2,
    },
  } as const;
  await server.admin.send({
    service: 'apps/v1',
    command: `patch ${kind}/status`,
    input: {
      namespace: SHOP,
      name,
      contentType: 'application/merge-patch+json',
      body: { status: { observedGeneration, ...of[kind] } },
    },
  });
};

const proposed = async (server: ApiServer, input: JsonObject): Promise<Change> => {
  const { target, state } = await tool.describe(input, contextOf(server));
  return { input, target, before: state, after: tool.predict(input, state) };
};

/** Applies as the state machine does, with the rollout in between. */
const applied = async (server: ApiServer, kind: Kind, change: Change, mode: string): Promise<void> => {
  const context = { ...contextOf(server), change: changing(server, change, mode) };
  assert.match((await tool.apply(change, context))?.says ?? '', /The rollout of .* goes on/);
  await rollsOut(server, kind, nameOf(change));
  assert.equal(await tool.apply(change, { ...context, continues: true }), undefined);
  const { state } = await tool.describe(change.input, contextOf(server));
  assert.deepEqual(state, change.after);
};

const nameOf = ({ input }: Change): string => z.looseObject({ name: z.string() }).parse(input).name;

const undoing = (change: Change): Change => {
  const inverse = tool.inverse(change);
  assert(inverse.reversible);
  return { input: inverse.input, target: change.target, before: change.after, after: change.before };
};

const workload = (kind: Kind, name: string, resources: JsonObject): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: KINDS[kind],
  metadata: { namespace: SHOP, name, labels: { app: name } },
  spec: {
    ...(kind !== 'daemonsets' && { replicas: 2 }),
    ...(kind === 'statefulsets' && { serviceName: name }),
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          { name: 'sidecar', image: 'example.com/sidecar:1' },
          { name: 'web', image: 'example.com/shop:1', resources },
        ],
      },
    },
  },
});

const inputFor = (kind: Kind, name: string, amounts: JsonObject = {}): JsonObject => ({
  cluster: CLUSTER,
  namespace: SHOP,
  kind,
  name,
  container: 'web',
  requests: { cpu: '0.3', memory: '0.5Gi' },
  limits: { memory: '768Mi' },
  why: 'Three kills for memory at 97 % of the limit (E1, E2).',
  ...amounts,
});

const BEFORE: readonly (readonly [kind: Kind, what: string, resources: JsonObject])[] = [
  ['deployments', 'with nothing', {}],
  [
    'deployments',
    'with a CPU limit and odd quantities',
    { requests: { cpu: 0.1, memory: '300e6' }, limits: { cpu: '1', memory: '1.5Gi' } },
  ],
  ['deployments', 'with other resources', { requests: { 'ephemeral-storage': '1Gi' }, limits: { memory: '512Mi' } }],
  ['statefulsets', 'with a request of zero', { requests: { cpu: '0' } }],
  ['daemonsets', 'with requests', { requests: { cpu: '100m', memory: '256Mi' } }],
];

const wholeChanges: readonly Check[] = BEFORE.map(([kind, what, resources], index) => ({
  promise: `set_resources changes one of the ${kind} ${what}, and its undo restores it exactly`,
  async run(server) {
    const name = `resources-${index}`;
    await create(server.admin, 'apps/v1', kind, workload(kind, name, resources));
    await rollsOut(server, kind, name);
    const { spec } = await read(server, kind, name);
    const change = await proposed(server, inputFor(kind, name));
    const facts = await tool.facts(change, contextOf(server));
    assert.equal(facts.memoryMiBAfter, 768);
    const dry = { ...contextOf(server), change: changing(server, change, 'dry') };
    const { checks } = await tool.dryRun(change, dry);
    assert.equal(checks.find((check) => check.name === `patch ${kind}`)?.outcome, 'passed', JSON.stringify(checks));
    assert.deepEqual((await read(server, kind, name)).spec, spec);
    await applied(server, kind, change, 'apply');
    assert.notDeepEqual((await read(server, kind, name)).spec, spec);
    await applied(server, kind, undoing(change), 'undo');
    const { metadata, spec: restored } = await read(server, kind, name);
    assert.deepEqual(restored, spec);
    assert(metadata.managedFields.every(({ manager }) => manager !== 'checkrein'));
  },
}));

const helm: Check = {
  promise: 'set_resources names Helm as the owner, and leaves its next apply no conflict',
  async run(server) {
    const name = 'resources-helm';
    const chart = (memory: string) =>
      serverSideApply(name, workload('deployments', name, { limits: { memory } }), { manager: 'helm' });
    await server.admin.send(chart('512Mi'));
    await rollsOut(server, 'deployments', name);
    const change = await proposed(server, inputFor('deployments', name));
    const { checks } = await tool.dryRun(change, { ...contextOf(server), change: changing(server, change, 'dry') });
    assert.match(checks[0]?.detail ?? '', /helm manages spec\.template\.spec\.containers.*limits\.memory/);
    await applied(server, 'deployments', change, 'apply');
    await server.admin.send(chart('1Gi'));
    const { spec } = await read(server, 'deployments', name);
    assert.match(JSON.stringify(spec), /"limits":\{"memory":"1Gi"\}/);
  },
};

const limitRange: Check = {
  promise: 'the API server takes amounts that a LimitRange does not admit, so set_resources refuses them itself',
  async run(server) {
    const name = 'resources-bounded';
    await create(
      server.admin,
      'apps/v1',
      'deployments',
      workload('deployments', name, { limits: { memory: '512Mi' } }),
    );
    await rollsOut(server, 'deployments', name);
    const metadata = { namespace: SHOP, name: 'bounds' };
    const spec = { limits: [{ type: 'Container', max: { memory: '640Mi' } }] };
    await create(server.admin, 'v1', 'limitranges', { apiVersion: 'v1', kind: 'LimitRange', metadata, spec });
    try {
      const change = await proposed(server, inputFor('deployments', name));
      const { checks } = await tool.dryRun(change, { ...contextOf(server), change: changing(server, change, 'dry') });
      assert.equal(checks[1]?.outcome, 'passed');
      await assert.rejects(
        tool.facts(change, contextOf(server)),
        (error: unknown) => error instanceof ToolRefusal && /LimitRange bounds admits no container/.test(error.message),
      );
    } finally {
      await server.admin.send({ service: 'v1', command: 'delete limitranges', input: metadata });
    }
  },
};

/** Forms that the server writes in its own way. It keeps a few odd ones, such as `+5Mi` and `2.`, as they are. */
const QUANTITIES = ['1024Mi', '1.5Gi', '0.5Gi', '1500Ki', '1.46484375Ki', '1.953125Ki', '512', '2000'];
const MORE_QUANTITIES = ['129e6', '1290e5', '0.5e1', '750M', '1.2G', '100Ki'];
const ODD_QUANTITIES = ['1E9', '+5Mi', '2.'];

const Stored = z.looseObject({
  template: z.looseObject({
    spec: z.looseObject({
      containers: z.array(z.looseObject({ resources: z.looseObject({ limits: z.record(z.string(), z.string()) }) })),
    }),
  }),
});

const storedAs = async (server: ApiServer, name: string, amounts: readonly string[]) => {
  const containers = amounts.map((memory, n) => ({
    name: `c${n}`,
    image: 'example.com/shop:1',
    resources: { limits: { memory } },
  }));
  const selector = { matchLabels: { app: name } };
  const template = { metadata: { labels: { app: name } }, spec: { containers } };
  const body = { ...workload('deployments', name, {}), spec: { replicas: 0, selector, template } };
  await create(server.admin, 'apps/v1', 'deployments', body);
  const { spec } = await read(server, 'deployments', name);
  return Stored.parse(spec).template.spec.containers.map(({ resources }) => resources.limits['memory']);
};

const quantities: Check = {
  promise: 'a quantity is written as the API server writes it, and kept by it',
  async run(server) {
    const given = [...QUANTITIES, ...MORE_QUANTITIES];
    assert.deepEqual(await storedAs(server, 'quantities', given), given.map(canonicalQuantity));
    const written = [...given, ...ODD_QUANTITIES].map(canonicalQuantity);
    assert.deepEqual(await storedAs(server, 'quantities-written', written), written);
  },
};

const counter: Check = {
  promise: 'the count of templates in the annotation of a DaemonSet is set by the API server, whatever is written',
  async run(server) {
    const name = 'counted';
    const { metadata } = await create(server.admin, 'apps/v1', 'daemonsets', workload('daemonsets', name, {}));
    const countOf = async () => JSON.stringify((await read(server, 'daemonsets', name)).metadata['annotations']);
    const before = await countOf();
    const path = '/metadata/annotations/deprecated.daemonset.template.generation';
    const write = jsonPatch(name, [{ op: 'replace', path, value: '77' }]);
    const session = sessionOf(server, 'apply', 'set_resources', metadata.uid, 'of the tools');
    await session.send({ ...write, command: 'patch daemonsets' });
    assert.equal(await countOf(), before);
  },
};

const gitOps: Check = {
  promise:
    'what Argo CD applied is found by its field manager, and the API server takes the patch that is to be committed',
  async run(server) {
    const name = 'resources-argo';
    const applied = workload('deployments', name, { limits: { memory: '512Mi' } });
    await server.admin.send(serverSideApply(name, applied, { manager: 'argocd-controller' }));
    await rollsOut(server, 'deployments', name);
    const change = await proposed(server, inputFor('deployments', name));
    const facts = await tool.facts(change, contextOf(server));
    assert.equal(facts.gitOpsManaged, true);
    const text = (await tool.whenRefused(change, facts, contextOf(server))) ?? '';
    assert.match(text, /is written by Argo CD \(the field manager argocd-controller\)/);
    const body = z.record(z.string(), z.json()).parse(parse(text.slice(text.indexOf('apiVersion'))));
    const contentType = 'application/strategic-merge-patch+json';
    const input = { namespace: SHOP, name, query: { dryRun: 'All' }, contentType, body };
    const patched = await server.admin.send({ service: 'apps/v1', command: 'patch deployments', input });
    const { containers } = Patched.parse(patched).spec.template.spec;
    assert.deepEqual(
      containers.map((one) => [one.name, one.resources.limits]),
      [
        ['sidecar', undefined],
        ['web', { memory: '768Mi' }],
      ],
    );
  },
};

const Patched = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.array(
          z.object({
            name: z.string(),
            resources: z.object({ limits: z.record(z.string(), z.string()).optional() }),
          }),
        ),
      }),
    }),
  }),
});

/** The tool itself, as the steps call it, with the generated rights. */
export const SET_RESOURCES_CHECKS: readonly Check[] = [...wholeChanges, helm, gitOps, limitRange, quantities, counter];

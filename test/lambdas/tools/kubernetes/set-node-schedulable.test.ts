import { describe, expect, test } from 'vitest';
import { tool } from '../../../../lambdas/tools/set-node-schedulable/tool.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

const node = (name: string, zone: string, more = '', ready = 'True'): string =>
  `    - { apiVersion: v1, kind: Node, metadata: { name: ${name}, labels: { topology.kubernetes.io/zone: ${zone} } }, spec: { ${more} }, status: { allocatable: { cpu: "2", memory: 4Gi }, conditions: [{ type: Ready, status: "${ready}" }] } }\n`;
const TAINTED = (key: string): string => `taints: [{ key: ${key}, effect: NoSchedule }]`;
const NODES = `${SHOP}${node('a-1', 'a')}${node('a-2', 'a')}${node('b-1', 'b')}`;

const to = (name: string, schedulable: boolean) => ({
  cluster: 'shop-eu',
  namespace: 'shop',
  node: name,
  schedulable,
  why: 'Every pod on this node fails to mount its volume (E1, E2).',
});
const running = (yaml: string = NODES): ChangeRun => {
  const example = new ExampleCluster(yaml);
  example.wait(60);
  return new ChangeRun(tool, example);
};
const nodeOf = ({ example }: ChangeRun, name: string) => example.get('nodes', name);
const refusal = async (input: ReturnType<typeof to>, yaml: string = NODES): Promise<string> =>
  running(yaml)
    .facts(input)
    .then(
      () => 'it was not refused',
      (error: unknown) => (error instanceof Error ? error.message : 'no error'),
    );

describe('a node', () => {
  test('is a target in no namespace, and its labels do not say its environment', async () => {
    const labelled = NODES.replace('labels: { topology', 'labels: { environment: test, topology');
    const { target } = await running(labelled).proposed(to('a-1', false));
    expect(target).toMatchObject({ id: 'nodes/a-1', ref: 'k8s://shop-eu/-/nodes/a-1', environment: 'production' });
  });

  test('is cordoned once, its pods go on, and the undo leaves the very object', async () => {
    const run = running();
    const former = await nodeOf(run, 'a-1');
    const pods = (await run.example.pods()).map(({ metadata }) => metadata.uid);
    const change = await run.proposed(to('a-1', false));
    expect(await run.applied(change)).toEqual([]);
    await run.applied(change);
    expect(run.example.calls.filter((call) => call.mutating && !call.dryRun)).toHaveLength(2);
    expect(await run.holds(change)).toBe(true);
    const { spec, metadata } = await nodeOf(run, 'a-1');
    expect(spec).toEqual({ unschedulable: true });
    expect(metadata.managedFields.map(({ manager }) => manager)).not.toContain('checkrein');
    run.example.wait(60);
    expect((await run.example.pods()).map((pod) => pod.metadata.uid)).toEqual(pods);
    await run.applied(run.undoing(change));
    expect((await nodeOf(run, 'a-1')).spec).toEqual(former.spec);
  });

  test('is cordoned in words: a heading that says true → false tells an approver nothing', async () => {
    const change = await running().proposed(to('a-1', false));
    expect(tool.shown(change)).toEqual({ before: { node: 'schedulable' }, after: { node: 'cordoned' } });
  });

  test('that takes no more pods is one of the fleet less', async () => {
    const run = running();
    expect(await run.facts(to('a-1', false))).toEqual({
      fleetSize: 3,
      fleetAffectedPercent: 34,
      inServiceAfter: 2,
      downtimeSeconds: 0,
    });
    const { checks, disruption } = await run.dryRun(to('a-1', false));
    expect(checks.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['field owners', 'passed'],
      ['patch nodes', 'passed'],
    ]);
    expect(disruption.says).toBe(
      'No new pod is put on it; 2 other nodes of the cluster take pods. 2 pods of shop run there and will go on: nothing is drained. Pods of other namespaces were not looked at.',
    );
  });

  test('that is uncordoned takes pods again', async () => {
    const run = running(NODES.replace(node('a-1', 'a'), node('a-1', 'a', 'unschedulable: true')));
    const change = await run.proposed(to('a-1', true));
    expect(await tool.facts(change, run.context)).toMatchObject({ fleetSize: 2, inServiceAfter: 2 });
    await run.applied(change);
    expect((await nodeOf(run, 'a-1')).spec).toEqual({});
  });

  test('whose cordon leaves pods without room is let go again', async () => {
    const run = running();
    const change = await run.proposed(to('a-1', false));
    const guards = () => tool.guards(change, run.context, run.example.clock.now());
    expect(await guards()).toMatchObject([{ outcome: 'good' }]);
    const spec = { replicas: 40 };
    run.example.cluster.drift({ of: 'shop/deployments/checkout', manager: 'kubectl', merge: { spec } });
    run.example.wait(60);
    expect(await guards()).toMatchObject([{ name: 'pods without room', outcome: 'bad' }]);
  });
});

describe('it is refused, with what to do instead,', () => {
  test('for the last node of a zone that takes pods', async () => {
    expect(await refusal(to('b-1', false))).toMatch(/b-1 is the last node of the zone b that takes new pods/);
    for (const second of [
      node('a-2', 'a', 'unschedulable: true'),
      node('a-2', 'a', TAINTED('dedicated')),
      node('a-2', 'a', '', 'False'),
    ])
      expect(await refusal(to('a-1', false), NODES.replace(node('a-2', 'a'), second))).toMatch(
        /last node of the zone a/,
      );
  });

  test('where pods wait for room already', async () => {
    const full = NODES.replace('cpu: 0.2', 'cpu: 1.9').replace('replicas: 2', 'replicas: 4');
    expect(await refusal(to('a-1', false), full)).toMatch(/1 pod already waits for room \(checkout-.*\): a node less/);
  });

  test.each([
    [`unschedulable: true, ${TAINTED('karpenter.sh/disrupted')}`, 'True', /An autoscaler is about to remove a-1/],
    ['unschedulable: true', 'False', /a-1 is not ready: pods that are put on it would not run/],
  ])('where an uncordoned node would not keep its pods: %s', async (spec, ready, says) => {
    expect(await refusal(to('a-1', true), NODES.replace(node('a-1', 'a'), node('a-1', 'a', spec, ready)))).toMatch(
      says,
    );
  });

  test('where nothing would change', async () => {
    expect(await refusal(to('a-1', true))).toMatch(/a-1 takes new pods already/);
    const cordoned = NODES.replace(node('a-1', 'a'), node('a-1', 'a', 'unschedulable: true'));
    expect(await refusal(to('a-1', false), cordoned)).toMatch(/a-1 is cordoned already\. restart_pod moves/);
  });
});

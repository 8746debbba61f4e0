import { describe, expect, test } from 'vitest';
import { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { tool } from '../../../../lambdas/tools/set-resources/tool.ts';
import { ExampleCluster, RESOURCES, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

const GIVEN = 'resources: { requests: { cpu: 0.2, memory: 256Mi }, limits: { memory: 512Mi } }';
const WITH = (resources: string): string => SHOP.replace(GIVEN, resources);

const to = (amounts: { requests?: JsonObject; limits?: JsonObject }, container = 'web') => ({
  cluster: 'shop-eu',
  namespace: 'shop',
  kind: 'deployments',
  name: 'checkout',
  container,
  requests: {},
  limits: {},
  ...amounts,
  why: 'Three kills for memory at 97 % of the limit (E1, E2).',
});
const MORE = to({ requests: { memory: '0.5Gi' }, limits: { memory: '768Mi' } });

const running = (yaml: string = SHOP): ChangeRun => {
  const example = new ExampleCluster(yaml);
  example.wait(60);
  return new ChangeRun(tool, example);
};
const specOf = async (run: ChangeRun) => (await run.example.deployment()).spec;
const refusal = async (input: JsonObject, yaml: string = SHOP): Promise<string> =>
  running(yaml)
    .facts(input)
    .then(
      () => 'it was not refused',
      (error: unknown) => (error instanceof Error ? error.message : 'no error'),
    );

describe('the change', () => {
  test('is of the amounts of one container, written as the API server writes them', async () => {
    const { before, after } = await running().proposed(MORE);
    expect(before).toMatchObject({ requests: { cpu: '200m', memory: '256Mi' }, limits: { memory: '512Mi' } });
    expect(after).toMatchObject({ requests: { cpu: '200m', memory: '512Mi' }, limits: { memory: '768Mi' } });
  });

  test('reaches every pod, once, and leaves Checkrein no field', async () => {
    const run = running();
    const change = await run.proposed(MORE);
    expect((await run.applied(change))[0]).toMatch(/^The rollout of checkout goes on: /);
    expect(await run.holds(change)).toBe(true);
    const writes = () => run.example.calls.filter(({ mutating, dryRun }) => mutating && !dryRun).length;
    const once = writes();
    await run.applied(change);
    expect(writes()).toBe(once);
    const { metadata, spec } = await run.example.deployment();
    expect(JSON.stringify(spec)).toContain(
      '"resources":{"limits":{"memory":"768Mi"},"requests":{"cpu":"200m","memory":"512Mi"}}',
    );
    expect(metadata.managedFields.map(({ manager }) => manager)).not.toContain('checkrein');
  });

  test('whose answer is lost is not written again', async () => {
    const run = running(
      `${SHOP}  faults:\n    - { command: patch deployments, dryRun: false, times: 1, lost: true }\n`,
    );
    const change = await run.proposed(MORE);
    await expect(run.apply(change)).rejects.toThrow();
    await run.applied(change);
    expect(await run.holds(change)).toBe(true);
    // The write, and the release of its fields.
    expect(run.example.calls.filter(({ mutating, dryRun }) => mutating && !dryRun)).toHaveLength(2);
  });

  test('does not write over what somebody else wrote meanwhile', async () => {
    const run = running();
    const change = await run.proposed(MORE);
    await run.example.patch([{ op: 'replace', path: `${RESOURCES}/limits/memory`, value: '1Gi' }], {
      fieldManager: 'kubectl',
    });
    await expect(run.apply(change)).rejects.toThrow(/Somebody else changed shop\/deployments\/checkout right before/);
    expect(JSON.stringify(await specOf(run))).toContain('"limits":{"memory":"1Gi"}');
  });

  test.each([
    ['nothing was asked for', 'resources: {}'],
    ['only a limit was there', 'resources: { limits: { memory: 512Mi } }'],
    ['only CPU was there', 'resources: { requests: { cpu: 100m }, limits: { cpu: 500m } }'],
    [
      'amounts were in other words',
      'resources: { requests: { cpu: "0.1", memory: 300e6 }, limits: { memory: 1.5Gi, ephemeral-storage: 1Gi } }',
    ],
    ['a request was zero', 'resources: { requests: { cpu: 0 } }'],
  ])('is undone exactly where %s', async (_, resources) => {
    const run = running(WITH(resources));
    const before = await specOf(run);
    const change = await run.proposed(to({ requests: { cpu: '300m', memory: '400Mi' }, limits: { memory: '512Mi' } }));
    await run.applied(change);
    expect(await specOf(run)).not.toEqual(before);
    const undo = run.undoing(change);
    const prepared = await run.proposed(JsonObject.parse(undo.input));
    expect(prepared.after).toEqual(undo.after);
    await run.applied(undo);
    expect(await specOf(run)).toEqual(before);
  });
});

describe('facts', () => {
  test('of more memory take nothing away', async () => {
    expect(await running().facts(MORE)).toEqual({
      cutPercent: 0,
      growPercent: 100,
      peakUsePercentAfter: 0,
      cpuCutPercent: 0,
      memoryCutPercent: 0,
      cpuMillicoresAfter: 200,
      memoryMiBAfter: 768,
      qosChanges: false,
      fleetSize: 2,
      fleetAffectedPercent: 0,
      inServiceAfter: 2,
      downtimeSeconds: 0,
      quotaUsePercentAfter: 0,
      gitOpsManaged: false,
    });
  });

  test('of a cut say how much of what; a peak that nobody knows counts as full', async () => {
    expect(
      await running(`${SHOP}  usageSince: -1d\n`).facts(
        to({ requests: { cpu: '150m', memory: '200Mi' }, limits: { memory: '200Mi' } }),
      ),
    ).toMatchObject({
      cutPercent: 61,
      growPercent: 0,
      peakUsePercentAfter: 100,
      cpuCutPercent: 25,
      memoryCutPercent: 61,
      cpuMillicoresAfter: 150,
      memoryMiBAfter: 200,
    });
  });

  test('of a first request are new as a whole; of a first limit, the least that is a cut', async () => {
    const none = WITH('resources: {}');
    expect(await running(none).facts(to({ requests: { memory: '300Mi' } }))).toMatchObject({
      cutPercent: 0,
      growPercent: 100,
      memoryMiBAfter: 300,
      cpuMillicoresAfter: 0,
      qosChanges: true,
    });
    const unlimited = WITH('resources: { requests: { memory: 300Mi } }');
    expect(await running(unlimited).facts(to({ limits: { memory: '600Mi' } }))).toMatchObject({
      cutPercent: 1,
      memoryCutPercent: 1,
      growPercent: 0,
      peakUsePercentAfter: 3,
      memoryMiBAfter: 600,
    });
  });

  test('count a request that was left out as the limit, as the API server does', async () => {
    const limited = WITH('resources: { limits: { memory: 512Mi } }');
    expect(await running(limited).facts(to({ requests: { memory: '256Mi' } }))).toMatchObject({
      cutPercent: 50,
      growPercent: 0,
    });
  });

  test('see the QoS class of the whole pod', async () => {
    const guaranteed = WITH('resources: { requests: { cpu: 1, memory: 512Mi }, limits: { cpu: 1, memory: 512Mi } }');
    expect(await running(guaranteed).facts(to({ limits: { memory: '768Mi' } }))).toMatchObject({ qosChanges: true });
    expect(
      await running(guaranteed).facts(to({ requests: { memory: '768Mi' }, limits: { memory: '768Mi' } })),
    ).toMatchObject({ qosChanges: false });
  });

  test('say how full a quota gets by what each pod has more, and by the pods of the rollout', async () => {
    const quota = (hard: string) =>
      `${SHOP}    - { apiVersion: v1, kind: ResourceQuota, metadata: { name: team, namespace: shop }, spec: { hard: { ${hard} } }, status: { hard: { ${hard} }, used: { limits.memory: 1Gi, pods: '2' } } }\n`;
    // 2 pods with 256 MiB more, and one more pod with 768 MiB beside the 1,024 MiB of now.
    expect(await running(quota('limits.memory: 2304Mi')).facts(MORE)).toMatchObject({ quotaUsePercentAfter: 100 });
    expect(await running(quota('limits.memory: 2Gi')).facts(MORE)).toMatchObject({ quotaUsePercentAfter: 113 });
    expect(await running(quota('pods: "2"')).facts(MORE)).toMatchObject({ quotaUsePercentAfter: 150 });
  });
});

describe('a proposal is refused', () => {
  test.each([
    ['of an unknown container', to({ limits: { memory: '1Gi' } }, 'app'), /no container "app". Its containers: web\./],
    ['that changes nothing', to({ limits: { memory: '0.5Gi' } }), /has these amounts already: requests of 200m CPU/],
    ['that is no quantity', to({ limits: { memory: '1 GB' } }), /"1 GB" is not a quantity of Kubernetes/],
    [
      'of thousandths of a byte',
      to({ limits: { memory: '512m' } }),
      /limits\.memory of web cannot be 512m; expected 6Mi/,
    ],
    ['of nothing', to({ requests: { cpu: '0' } }), /requests\.cpu of web cannot be 0; expected 1m to 512 cores/],
    ['of a negative amount', to({ requests: { cpu: '-1' } }), /cannot be -1/],
    ['of more than any node has', to({ limits: { memory: '1Pi' } }), /cannot be 1Pi/],
    [
      'that takes a limit away',
      to({ limits: { memory: null } }),
      /limits\.memory of web would be taken away altogether/,
    ],
    [
      'with a request above the limit',
      to({ requests: { memory: '1Gi' } }),
      /request 1 GiB of memory, more than its limit of 512 MiB/,
    ],
  ])('%s', async (_, input, says) => expect(await refusal(input)).toMatch(says));

  test('above a CPU limit, which the tool does not set', async () => {
    const limited = WITH('resources: { requests: { cpu: 200m }, limits: { cpu: 500m } }');
    expect(await refusal(to({ requests: { cpu: '600m' } }), limited)).toMatch(
      /more than its CPU limit of 0\.5 cores, which this tool does not set: such a limit throttles/,
    );
  });

  test('of an init container', async () => {
    const yaml = SHOP.replace(
      '            containers:\n',
      '            initContainers: [{ name: migrate, image: example.com/shop:1 }]\n            containers:\n',
    );
    expect(await refusal(to({ limits: { memory: '1Gi' } }, 'migrate'), yaml)).toMatch(
      /migrate is an init container of checkout/,
    );
  });

  test('where the pod as a whole has amounts', async () => {
    const yaml = SHOP.replace(
      '            containers:\n',
      '            resources: { limits: { memory: 2Gi } }\n            containers:\n',
    );
    expect(await refusal(MORE, yaml)).toMatch(/requests or limits for its pods as a whole/);
  });

  test.each([
    [
      'the largest',
      'type: Container, max: { memory: 640Mi }',
      /LimitRange bounds admits no container with no limit, or one of more than 640 MiB/,
    ],
    ['the ratio', 'type: Container, maxLimitRequestRatio: { memory: "1.2" }', /more than 1\.2 times its request/],
    ['the smallest', 'type: Container, min: { cpu: 250m }', /request or limit of less than 0\.25 cores/],
    ['the pod', 'type: Pod, max: { memory: 700Mi }', /admits no pod .* each pod would have/],
  ])('that no pod could be made with under a LimitRange: %s', async (_, limits, says) => {
    const yaml = `${SHOP}    - { apiVersion: v1, kind: LimitRange, metadata: { name: bounds, namespace: shop }, spec: { limits: [{ ${limits} }] } }\n`;
    expect(await refusal(MORE, yaml)).toMatch(says);
  });

  test('while the rollout is paused', async () => {
    const yaml = SHOP.replace('replicas: 2', 'replicas: 2\n        paused: true');
    expect(await refusal(MORE, yaml)).toMatch(/is paused/);
  });
});

describe('the dry run', () => {
  test('is made by the cluster, names who owns the fields, and says that all pods are replaced', async () => {
    const run = running(`${SHOP}  writers: [{ of: shop/deployments/checkout, manager: helm, at: -3d }]\n`);
    const { checks, disruption } = await run.dryRun(MORE);
    expect(checks).toMatchObject([
      { name: 'field owners', outcome: 'warning' },
      { name: 'patch deployments', outcome: 'passed' },
      { name: 'Helm release', outcome: 'warning' },
    ]);
    expect(checks[0]?.detail).toMatch(/helm manages spec\.template\.spec\.containers/);
    expect(disruption).toEqual({
      level: 'none',
      says: 'The pods are replaced one after another; 2 of 2 pods stay in service at any time. Each of 2 pods is made anew.',
    });
    expect(run.example.calls.every(({ mutating, dryRun }) => !mutating || dryRun)).toBe(true);
  });

  test('works out what an autoscaler makes of another request', async () => {
    const run = running(
      `${SHOP}    - { apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: checkout, namespace: shop }, spec: { minReplicas: 2, maxReplicas: 6, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: checkout }, metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } } }] } }
  usage: [{ of: shop/deployments/checkout, memoryMiB: 200, cpuCores: 0.24 }]\n`,
    );
    const found = async (cpu: string) =>
      (await run.dryRun(to({ requests: { cpu } }))).checks.find(({ name }) => name === 'autoscaler checkout');
    expect(await found('100m')).toEqual({
      name: 'autoscaler checkout',
      outcome: 'warning',
      detail:
        'The HorizontalPodAutoscaler checkout holds cpu at 60 % of the requests: 60 % now, 120 % after. It would go from 2 to 4 pods (bounds 2 to 6) at the use of now.',
    });
    const little = await found('190m');
    expect(little?.outcome).toBe('passed');
    expect(little?.detail).toMatch(/63 % after\. It would leave 2 pods/);
    expect((await run.dryRun(to({ limits: { memory: '768Mi' } }))).checks.map(({ name }) => name)).not.toContain(
      'autoscaler checkout',
    );
  });
});

describe('guards', () => {
  const guards = async (memoryMiB: number, limit: string) => {
    const run = running(
      `${SHOP}  usage: [{ of: shop/deployments/checkout, memoryMiB: ${memoryMiB}, warmUpSeconds: 300 }]\n`,
    );
    const change = await run.proposed(to({ requests: { memory: '200Mi' }, limits: { memory: limit } }));
    await run.applied(change);
    const since = run.example.clock.now();
    run.example.wait(600);
    return (await tool.guards(change, run.context, since)).find(({ name }) => name === 'memory kills');
  };

  test('find a container that was killed for memory after its memory was cut', async () => {
    const killed = await guards(450, '400Mi');
    expect(killed?.outcome).toBe('bad');
    expect(killed?.detail).toMatch(/OOMKilled/);
    expect(await guards(300, '400Mi')).toMatchObject({ outcome: 'good' });
  });

  test('do not blame a change that took no memory away', async () => {
    const run = running(`${SHOP}  usage: [{ of: shop/deployments/checkout, memoryMiB: 900, warmUpSeconds: 300 }]\n`);
    const change = await run.proposed(MORE);
    await run.applied(change);
    const since = run.example.clock.now();
    run.example.wait(600);
    const found = (await tool.guards(change, run.context, since)).find(({ name }) => name === 'memory kills');
    expect(found?.outcome).toBe('unknown');
    expect(found?.detail).toMatch(/does not suffice/);
  });
});

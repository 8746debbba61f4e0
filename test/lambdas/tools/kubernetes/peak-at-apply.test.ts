import { expect, test } from 'vitest';
import type { Clock } from '../../../../lambdas/contracts/ports.ts';
import { INSTALLED } from '../../../../lambdas/providers/installed.ts';
import { reportOf } from '../../../../lambdas/kernel/trace/report.ts';
import { rulesFor } from '../../../../local/account-access.ts';
import { parseWorld } from '../../../fixtures/shipped-app.ts';
import { clusterAccess } from '../../../../local/cluster-access.ts';
import { ManualClock } from '../../../fakes/small-ports.ts';
import { rulesWith, TestHarness } from '../../../fixtures/harness.ts';
import { BUSY_SERVER } from '../../../local/account/example-world.ts';
import { SHOP } from '../../../local/cluster/example-cluster.ts';

// A cut of a workload through the real steps, on a cluster that has measured it for two weeks.

const RULES = rulesWith({
  tools: { observe: ['describe_instances'], change: ['set_resources', 'scale_workload'] },
  firstLook: [{ tool: 'describe_instances', input: { instanceIds: ['$alarm.metrics[0].dimensions.InstanceId'] } }],
  kubernetes: { clusters: ['shop-eu'], namespaces: ['shop'] },
});
const GIVEN = 'resources: { requests: { cpu: 0.2, memory: 256Mi }, limits: { memory: 512Mi } }';
const LARGE = 'resources: { requests: { cpu: 1, memory: 1Gi }, limits: { memory: 1Gi } }';
const place = { cluster: 'shop-eu', namespace: 'shop', kind: 'deployments', name: 'checkout' };
const why = 'It has never used more than 600 MiB (E1).';
const CUT = { ...place, container: 'web', requests: { memory: '900Mi' }, limits: { memory: '900Mi' }, why };

const begun = async (more: string, objects: (yaml: string) => string = (yaml) => yaml): Promise<TestHarness> => {
  const yaml = `${BUSY_SERVER}${objects(SHOP.slice(SHOP.indexOf('cluster:'))).replace(GIVEN, LARGE)}${more}`;
  const world = parseWorld(yaml, 'world.yaml');
  const clocks: Clock[] = [];
  const clock: Clock = {
    now: () => (clocks[0] ?? new ManualClock(world.now)).now(),
    sleep: async (milliseconds) => clocks[0]?.sleep(milliseconds),
    within: async (_, work) => ({ value: await work }),
  };
  const access = clusterAccess(world, { rules: rulesFor(world, RULES), installed: INSTALLED, clock });
  const harness = new TestHarness({ world: yaml, rules: RULES, access });
  clocks.push(harness.clock);
  return harness.begin();
};
const USED = (memory: string) => `  usage: [{ of: shop/deployments/checkout, memoryMiB: ${memory}, cpuCores: 0.2 }]\n`;

const granted = async (usage: string): Promise<TestHarness> => {
  const harness = await begun(usage);
  await harness.propose('set_resources', CUT);
  expect(await harness.confirm()).toBe('approve');
  await harness.grant();
  return harness;
};

/** The source of usage, which takes ten seconds for windows of at least so many hours. */
const slowFor = (harness: TestHarness, hours: number) => {
  const { cloud } = harness.ports;
  const slow: typeof cloud = (calls, location) => ({
    ...cloud(calls, location),
    send: async (request) => {
      const { from, to } = request.input;
      const window = typeof from === 'string' && typeof to === 'string' ? Date.parse(to) - Date.parse(from) : 0;
      if (request.command === 'get usage' && window >= hours * 3_600_000) await harness.clock.sleep(10_000);
      return cloud(calls, location).send(request);
    },
  });
  return { cloud: slow };
};

test('a source that is slow about two weeks does not hold up an approved cut: only the hours since are read again', async () => {
  const harness = await granted(USED('600'));
  expect(await harness.applyOnce(slowFor(harness, 48))).not.toBe('decide');
  const { data } = await harness.last('apply.checked');
  expect(data).toMatchObject({ verdict: 'allowed', facts: { peakUsePercentAfter: 67 } });
});

test('a source that is slow even about the last hours refuses the cut, since nobody knows what happened since', async () => {
  const harness = await granted(USED('600'));
  expect(await harness.applyOnce(slowFor(harness, 1))).toBe('decide');
  expect((await harness.last('apply.checked')).data.checks.at(-1)?.reason).toMatch(/within 5 seconds/);
});

test('a peak that came after the proposal refuses the cut', async () => {
  const harness = await granted(USED('{ -14d: 600, +2m: 800 }'));
  harness.clock.advance(8);
  expect(await harness.applyOnce()).toBe('decide');
  const last = (await harness.last('apply.checked')).data.checks.at(-1);
  expect(last?.check).toBe('policy');
  expect(last?.reason).toContain('observed peak would fill 89 %');
});

test('what Argo CD writes from Git is refused, and model and report have the patch to commit', async () => {
  const argo = 'annotations: { argocd.argoproj.io/tracking-id: "shop-prod:apps/Deployment:shop/checkout" }';
  const marked = (yaml: string) =>
    yaml.replace(
      'labels: { app: checkout } }\n      spec:\n        replicas',
      `${argo} }\n      spec:\n        replicas`,
    );
  const harness = await begun(USED('600'), marked);
  await harness.propose('scale_workload', { ...place, replicas: 3, why });
  const { data } = await harness.last('proposal.judged');
  expect(data).toMatchObject({ verdict: 'refused', statements: [{ id: 'gitops-owns-it' }], trips: null });
  expect(await harness.lastReply()).toMatch(
    /^Refused \(policy\): .*Commit it where they read\.\ncheckout is written by the Argo CD application shop-prod\.[^]*spec:\n {2}replicas: 3$/,
  );
  expect(reportOf(await harness.events())).toContain('\n    spec:\n      replicas: 3\n');
});

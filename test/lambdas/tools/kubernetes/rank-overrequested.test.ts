import { describe, expect, test } from 'vitest';
import { USAGE_READ } from '../../../../lambdas/contracts/usage.ts';
import { manifest } from '../../../../lambdas/tools/rank-overrequested/manifest.ts';
import { tool } from '../../../../lambdas/tools/rank-overrequested/tool.ts';
import { ExampleCluster } from '../../../local/cluster/example-cluster.ts';
import { subjectFor } from '../../../fixtures/subjects.ts';

interface Given {
  readonly name: string;
  readonly requests: string;
  readonly replicas?: number;
  readonly labels?: string;
}

const deployment = ({ name, requests, replicas = 2, labels = '' }: Given): string => `
    - apiVersion: apps/v1
      kind: Deployment
      metadata: { name: ${name}, namespace: shop, labels: { app: ${name}${labels} } }
      spec:
        replicas: ${replicas}
        selector: { matchLabels: { app: ${name} } }
        template:
          metadata: { labels: { app: ${name} } }
          spec: { containers: [{ name: web, image: example.com/shop:1, resources: { requests: { ${requests} } } }] }`;

/** The example of OpenCost: a node of one core and 2.54 GiB at $10 has a price of $1 a GiB and $7.46 a core. */
const PRICE = '  nodePrice: { dollarsPerMonth: 10, cores: 1, memoryGiB: 2.54 }\n';

const clusterOf = (workloads: readonly Given[], more: string): ExampleCluster =>
  new ExampleCluster(`
about: a shop in a cluster
now: 2026-11-20T09:26:20Z
cluster:
  name: shop-eu
  objects:
    - { apiVersion: v1, kind: Namespace, metadata: { name: shop, labels: { environment: production } } }${workloads.map(deployment).join('')}
${more}`);

const ranked = async (workloads: readonly Given[], more: string, input = {}) => {
  const example = clusterOf(workloads, more);
  const cloud = example.session({ calls: manifest.reads });
  const context = { cloud, clock: example.clock, subject: subjectFor() };
  const lines = (await tool.run({ cluster: 'shop-eu', namespace: 'shop', ...input }, context)).split('\n');
  return { lines, asked: example.calls.filter(({ command }) => command === USAGE_READ.command).length };
};

const LARGE = { name: 'large', requests: 'cpu: 4, memory: 8Gi' };
const SMALL = { name: 'small', requests: 'cpu: 2, memory: 4Gi' };
const usage = (...of: readonly (readonly [name: string, memoryMiB: number, cpuCores: number])[]): string =>
  `  usage:\n${of.map(([name, memory, cpu]) => `    - { of: shop/deployments/${name}, memoryMiB: ${memory}, cpuCores: ${cpu} }\n`).join('')}`;

describe('the ranking', () => {
  test('puts the workload first whose next cut is worth most, in dollars of requests', async () => {
    const { lines } = await ranked([SMALL, LARGE], PRICE + usage(['large', 1024, 2], ['small', 512, 0.4]));
    expect(lines[0]).toBe(
      '2 of 2 workloads with requests in shop ask for too much: the next cuts free 3.6 cores and 7.197 GiB of requests, $34.05 a month, saved only once nodes shrink.',
    );
    // 2 pods with 1.2 cores and 2.4 GiB less each.
    expect(lines[1]).toMatch(
      /^1\. Deployment large: the next cut frees 2\.4 cores and 4\.\d+ GiB of requests, \$22\.70/,
    );
    expect(lines[2]).toMatch(/CPU request 4 cores, peak 1 cores? \(25 %\).*Next cut: to 2800m; later down to 1429m\.$/);
    expect(lines[4]).toMatch(/^2\. Deployment small/);
  });

  test('never goes below the peak with 30 % headroom, nor below what policy lets stay', async () => {
    const { lines } = await ranked(
      [{ name: 'tight', requests: 'cpu: 1, memory: 300Mi' }],
      PRICE + usage(['tight', 100, 1.2]),
      { floorDollars: 0 },
    );
    expect(lines[2]).toMatch(/peak 0\.6 cores.*Next cut: to 858m\.$/);
    expect(lines[3]).toMatch(/peak 100 MiB.*Next cut: to 256Mi\.$/);
  });

  test('leaves out what is worth less than the floor, and does not measure what cannot be worth it', async () => {
    const tiny = { name: 'tiny', requests: 'cpu: 50m, memory: 64Mi' };
    const { lines, asked } = await ranked([tiny, LARGE], PRICE + usage(['tiny', 10, 0.01], ['large', 1024, 2]));
    expect(lines.join('\n')).toContain('Nothing to cut, or less than the floor: Deployment tiny.');
    expect(asked).toBe(2);
  });

  test('has amounts and no dollars where the settings name no price of a node', async () => {
    const { lines } = await ranked([LARGE], usage(['large', 1024, 2]));
    expect(lines[0]).not.toContain('$');
    expect(lines.at(-1)).toBe('No dollars: the settings name no price of a node of the cluster shop-eu (`nodePrice`).');
  });

  test('says of which workload no peak is known, and that a cut of it would be refused', async () => {
    const { lines } = await ranked([LARGE], `${PRICE}${usage(['large', 1024, 2])}  usageSince: -2d\n`);
    expect(lines[0]).toBe(
      'Nothing to cut in shop that is worth $10 of requests a month, of 1 workload with requests; the peak of 1 is not known.',
    );
    expect(lines.join('\n')).toMatch(
      /so a cut would be refused: Deployment large\. .*for only 14 % of the last 14 days/,
    );
  });

  test('measures at most ten workloads, those that ask for most, and names the others', async () => {
    const many = Array.from({ length: 12 }, (_, n) => ({ name: `w${n}`, requests: `cpu: ${n + 2}`, replicas: 1 }));
    const { lines, asked } = await ranked(many, PRICE + usage(['w0', 16, 0.1]), { floorDollars: 0 });
    expect(asked).toBe(10);
    expect(lines.join('\n')).toContain(
      'Not measured, since at most 10 workloads are, those that ask for most: Deployment w1, Deployment w0.',
    );
  });
});

describe('what else rules a workload is marked', () => {
  test('an autoscaler that counts in shares of the requests', async () => {
    const hpa =
      '    - { apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: large, namespace: shop }, spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: large }, minReplicas: 2, maxReplicas: 9, metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } } }] } }\n';
    const { lines } = await ranked([LARGE], hpa + PRICE + usage(['large', 1024, 2]));
    expect(lines.join('\n')).toContain(
      'The HorizontalPodAutoscaler large holds cpu at 60 % of the requests: with fewer of them it adds pods (bounds 2 to 9).',
    );
  });

  test.each([
    [
      `, argocd.argoproj.io/instance: shop`,
      'the Argo CD application shop writes it from Git: a cut in the cluster would be refused.',
    ],
    [`, app.kubernetes.io/managed-by: Helm`, 'The next `helm upgrade` of its release writes the old requests back'],
  ])('who writes it from elsewhere: %s', async (labels, says) => {
    const { lines } = await ranked([{ ...LARGE, labels }], PRICE + usage(['large', 1024, 2]));
    expect(lines.join('\n')).toContain(says);
  });
});

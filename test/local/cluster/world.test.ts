import { describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { BASE, complaint } from '../account/complaint.ts';
import { SHOP } from './example-cluster.ts';

describe('a bad cluster is refused with line, field, value and what was expected', () => {
  test.each([
    [
      'a manifest without a kind',
      SHOP.replace('kind: Deployment', 'king: Deployment'),
      /cluster\.objects\[1\]\.kind is missing, expected a text, as in every manifest/,
    ],
    [
      'a number of Pods that is a text',
      SHOP.replace('replicas: 2', 'replicas: two'),
      /cluster\.objects\[1\]\.spec\.replicas is "two", expected number/,
    ],
    [
      'a quantity that is none',
      SHOP.replace('512Mi', '512MB'),
      /cluster\.objects\[1\] is .*expected quantities of Kubernetes\. "512MB" is not a quantity/,
    ],
    [
      'a request above its limit',
      SHOP.replace('256Mi', '1Gi'),
      /resources\.requests is .*must be less than or equal to memory limit of 512Mi/,
    ],
    [
      'a namespace that is not there',
      SHOP.replaceAll('namespace: shop', 'namespace: bank'),
      /metadata\.namespace is "bank", expected one of the namespaces .*: shop/,
    ],
    [
      'an object that is there twice',
      SHOP.replace('kind: PodDisruptionBudget', 'kind: Deployment')
        .replace('policy/v1', 'apps/v1')
        .replace('minAvailable: 1', 'template: { spec: { containers: [{ name: a }] } }'),
      /cluster\.objects\[2\]\.metadata\.name is "checkout", expected another name/,
    ],
    [
      'usage of no workload',
      `${SHOP}  usage: [{ of: shop/deployments/cart }]`,
      /cluster\.usage\[0\]\.of is "shop\/deployments\/cart", expected one of the workloads of this cluster: shop\/deployments\/checkout/,
    ],
    [
      'usage of no container',
      `${SHOP}  usage: [{ of: shop/deployments/checkout, container: app }]`,
      /cluster\.usage\[0\]\.container is "app", expected a container of shop\/deployments\/checkout: web/,
    ],
    [
      'an image that nothing uses',
      `${SHOP}  images: { 'shop:9': { pull: fails } }`,
      /cluster\.images\.shop:9 is .*expected one of the images of this cluster: example.com\/shop:1/,
    ],
    [
      'a field that a writer cannot own',
      `${SHOP}  writers: [{ of: shop/deployments/checkout, manager: helm, fields: [.spec.minReady] }]`,
      /writers\[0\]\.fields\[0\] is "\.spec\.minReady", expected a field that the manifest has/,
    ],
    [
      'a change before the simulation begins',
      `${SHOP}  changes: [{ at: -1d, of: shop/deployments/checkout, merge: {} }]`,
      /changes\[0\]\.at is "-1d", expected a time of at most two hours before now/,
    ],
    [
      'a log line without a time',
      `${SHOP}  logs: [{ of: shop/deployments/checkout, lines: [{ message: hm }] }]`,
      /exactly one of at, afterStartSeconds, on/,
    ],
    [
      'a fault of no kind',
      `${SHOP}  faults: [{ command: patch deployments }]`,
      /exactly one of error, throttle, lost, delaySeconds, set/,
    ],
    [
      'a drift of nothing',
      `${SHOP}  faults: [{ before: { command: list pods }, set: { of: shop/deployments/cart, delete: true } }]`,
      /faults\[0\]\.set\.of is "shop\/deployments\/cart"/,
    ],
    [
      'a fault in the words of AWS',
      `${SHOP}  faults: [{ command: 'ec2:StopInstances', throttle: true }]`,
      /expected a call in the words of RBAC, such as patch deployments/,
    ],
  ])('%s', (_, text, says) => {
    expect(complaint(text)).toMatch(says);
  });

  test('a good one is accepted', () => {
    expect(complaint(SHOP)).toBe('accepted');
  });

  test('the cluster in docs/world-format.md is accepted', () => {
    const [, example = ''] = /```yaml\n(cluster:[\s\S]*?)```/.exec(readFileSync('docs/world-format.md', 'utf8')) ?? [];
    expect(complaint(`${BASE}${example}`)).toBe('accepted');
  });
});

import { expect, test } from 'vitest';
import { tool } from '../../../../lambdas/tools/recent-cluster-changes/tool.ts';
import { subjectFor } from '../../../fixtures/subjects.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';

const CRON = `${SHOP}    - apiVersion: batch/v1
      kind: CronJob
      metadata: { name: report, namespace: shop }
      spec: { schedule: "0 2 * * *", suspend: false, jobTemplate: { spec: { template: { spec: { containers: [{ name: report, image: example.com/report:1 }] } } } } }
  changes: [{ at: -20m, of: shop/cronjobs/report, manager: kubectl-patch, merge: { spec: { suspend: true } } }]
`;

const changes = async (yaml: string, workload?: string): Promise<string> => {
  const example = new ExampleCluster(yaml);
  const input = { cluster: 'shop-eu', namespace: 'shop', hours: 24, ...(workload !== undefined && { workload }) };
  const context = {
    cloud: example.session({ calls: tool.manifest.reads }),
    clock: example.clock,
    subject: subjectFor(),
  };
  return tool.run(input, context);
};

test('a CronJob that somebody suspended is a change, with its schedule and who wrote it', async () => {
  expect(await changes(CRON)).toContain(
    'CronJob report: kubectl-patch (Update) last wrote; it owns spec.suspend (0 2 * * *, suspended now)',
  );
});

test('the changes of one workload are not those of a CronJob beside it', async () => {
  expect(await changes(CRON, 'checkout')).not.toContain('report');
  expect(await changes(CRON, 'report')).toContain('suspended now');
});

test('where nothing changed, it says what was not looked at', async () => {
  expect(await changes(SHOP)).toContain(
    'Nothing is recorded as changed in shop in the last 24 hours. ConfigMaps and Secrets are not looked at.',
  );
});

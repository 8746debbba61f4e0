import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { matchesPattern } from '../../../../lambdas/kernel/policy/rules/event-pattern.ts';
import { CHANGE_TOOLS } from '../../../../lambdas/tools/catalogue.ts';
import { shippedRules } from '../../../lib/shipped.ts';

const { agents } = shippedRules();

/** The agents whose patterns match, without the one that comes last and takes every alarm. */
const takers = (event: JsonObject): readonly string[] =>
  agents
    .filter(({ name, takes }) => name !== 'triage' && takes && matchesPattern(takes, event))
    .map(({ name }) => name);

const alarm = (alarmName: string, configuration: JsonObject, value = 'ALARM'): JsonObject => ({
  source: 'aws.cloudwatch',
  'detail-type': 'CloudWatch Alarm State Change',
  detail: { alarmName, state: { value }, configuration },
});
const on = (namespace: string, name: string): JsonObject => ({
  metrics: [{ id: 'm', metricStat: { metric: { namespace, name, dimensions: {} }, period: 60, stat: 'Maximum' } }],
});
const alert = (name: string, status = 'firing'): JsonObject => ({
  source: 'alertmanager',
  'detail-type': 'Alert',
  detail: { alert: name, status, cluster: 'prod', namespace: 'shop' },
});
const DISK = on('ContainerInsights', 'node_filesystem_utilization');

describe('what happens to nodes and scheduled jobs of a cluster', () => {
  test.each([
    ['a full disk of a node', alarm('node-disk-prod-1', DISK)],
    ['a Job that failed', alert('KubeJobFailed')],
    ['a Job that does not end', alert('KubeJobNotCompleted')],
    ['a CronJob that runs too long', alert('KubeCronJobRunning')],
    ['a volume claim that runs full', alert('KubePersistentVolumeFillingUp')],
  ])('%s is taken by cluster-remediation, and by no other agent', (_, event) => {
    expect(takers(event)).toEqual(['cluster-remediation']);
  });

  test.each([
    ['an alarm that went to OK', alarm('node-disk-prod-1', DISK, 'OK')],
    ['an alarm of another name', alarm('disk-prod-1', DISK)],
    ['an alarm on something else than a cluster', alarm('node-disk-web-1', on('System/Linux', 'disk_used_percent'))],
    ['a composite alarm', alarm('shop-down', { alarmRule: 'ALARM(a)' })],
    ['metric math', alarm('shop-share', { metrics: [{ id: 'e1', expression: 'a / b' }] })],
    ['an alert that is over', alert('KubeJobFailed', 'resolved')],
    ['an alert about pods', alert('KubePodCrashLooping')],
  ])('%s is not', (_, event) => {
    expect(takers(event)).toEqual([]);
  });

  test.each(['status_replicas_unavailable', 'pod_cpu_utilization_over_pod_limit', 'node_status_condition_ready'])(
    'an alarm on %s still goes to workload-remediation alone',
    (name) => {
      expect(takers(alarm('shop-alarm', on('ContainerInsights', name)))).toEqual(['workload-remediation']);
    },
  );
});

test('no agent carries more than 15 tools', () => {
  for (const { name, tools } of agents)
    expect([...tools.observe, ...tools.change].length, name).toBeLessThanOrEqual(15);
});

test('every tool that changes something is in the file of some agent', () => {
  const granted = new Set(agents.flatMap(({ tools }) => tools.change));
  expect(CHANGE_TOOLS.map(({ manifest }) => manifest.name).filter((name) => !granted.has(name))).toEqual([]);
});

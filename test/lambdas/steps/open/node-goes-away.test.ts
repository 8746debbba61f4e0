import { describe, expect, test } from 'vitest';
import { Agent } from '../../../../lambdas/contracts/agent.ts';
import { Cluster } from '../../../../lambdas/contracts/clusters.ts';
import type { Rules } from '../../../../lambdas/contracts/rules.ts';
import { attachedAlarms } from '../../../../lambdas/kernel/limits/attached-alarms.ts';
import { freeKey } from '../../../../lambdas/kernel/limits/deduplication-rows.ts';
import { messagesOf } from '../../../../lambdas/kernel/model/conversation.ts';
import { allOf, openingOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { claim } from '../../../../lambdas/steps/open/deduplication.ts';
import { keysOf } from '../../../../lambdas/steps/open/deduplication-keys.ts';
import { readAlarm } from '../../../../lambdas/steps/open/alarm.ts';
import type { Arrival } from '../../../../lambdas/steps/open/join.ts';
import type { RecordedSubject } from '../../../../lambdas/contracts/subject.ts';
import { BusEvent } from '../../../../lambdas/contracts/alarm.ts';
import { alarmEvent, Arrivals, opened, type TestAlarm } from '../../../fixtures/alarm-events.ts';
import { rules, TestHarness } from '../../../fixtures/harness.ts';

const [shipped] = rules.agents.filter(({ name }) => name === 'workload-remediation');

/** An agent that takes the alarms of a metric namespace, and what it is granted. */
const taking = (name: string, namespace: string, kubernetes: Agent['kubernetes']): Agent =>
  Agent.parse({
    ...shipped,
    name,
    kubernetes,
    takes: { detail: { configuration: { metrics: { metricStat: { metric: { namespace: [namespace] } } } } } },
  });

/** `platform` takes nodes, `shop` its own workloads, `pay` those of another namespace. `Everything` is a grant of both. */
const agents = (platform: readonly string[]): Rules => ({
  ...rules,
  agents: [
    taking('platform', 'Nodes', { clusters: ['prod'], namespaces: [...platform] }),
    taking('shop', 'Shop', { clusters: ['prod'], namespaces: ['shop'] }),
    taking('pay', 'Pay', { clusters: ['prod'], namespaces: ['pay'] }),
  ],
  settings: { ...rules.settings, clusters: [Cluster.parse({ name: 'prod', eksName: 'prod-eks' })] },
});

const arrivalsWith = (given: readonly string[] = ['shop', 'pay']): Arrivals =>
  new Arrivals(new TestHarness({ rules: agents(given) }));

const node = (n: number, more: Partial<TestAlarm> = {}): TestAlarm => ({
  name: `node-${n}`,
  namespace: 'Nodes',
  metric: 'node_status_condition_ready',
  dimensions: { ClusterName: 'prod-eks', NodeName: `ip-10-0-0-${n}.internal`, InstanceId: `i-${n}` },
  ...more,
});

const workload = (name: string, more: Partial<TestAlarm> = {}): TestAlarm => ({
  name,
  namespace: 'Shop',
  metric: `metric-of-${name}`,
  dimensions: { ClusterName: 'prod-eks', Namespace: 'shop', PodName: name },
  ...more,
});

/** Of the agent that takes the nodes, so that nothing depends on grants. */
const ours = (name: string, dimensions: Record<string, string> = {}): TestAlarm =>
  workload(name, {
    namespace: 'Nodes',
    dimensions: { ClusterName: 'prod-eks', Namespace: 'shop', PodName: name, ...dimensions },
  });

const payment = (name: string): TestAlarm =>
  workload(name, { namespace: 'Pay', dimensions: { ClusterName: 'prod-eks', Namespace: 'pay', PodName: name } });

const close = async (arrivals: Arrivals, name: string): Promise<void> => {
  const { stormKey } = openingOf(await arrivals.events(name)).data;
  await freeKey(arrivals.ledger, stormKey, `of-event-${name}`);
};

const asleep = (arrivals: Arrivals, seconds: number): Promise<void> => arrivals.harness.clock.sleep(seconds * 1000);

const arrivalOf = (alarm: TestAlarm, passes: number): Arrival => {
  const event = BusEvent.parse(alarmEvent(alarm));
  const reading = readAlarm(event);
  if (reading.kind !== 'alarm') expect.fail('the event is no alarm');
  const subject: RecordedSubject = { kind: 'alarm', alarm: reading.alarm };
  return { event, agent: 'platform', subject, keys: keysOf(event, subject, alarm.name), adopts: [], passes };
};

describe('a node that goes away', () => {
  test('is one incident, which alarms on workloads of its cluster join, and each of them has its row', async () => {
    const arrivals = arrivalsWith();
    const found = await arrivals.each([node(1), workload('cart'), workload('search'), payment('card'), ours('mail')]);
    expect(found).toEqual(['opened', ...Array.from({ length: 4 }, () => 'of-event-node-1')]);
    const rows = await attachedAlarms(arrivals.ledger, 'of-event-node-1');
    expect(rows.map(({ name, why }) => `${name} ${why}`).sort()).toEqual([
      'card storm',
      'cart storm',
      'mail storm',
      'search storm',
    ]);
    const says = allOf(await arrivals.events('node-1'), 'incident.attached').map(({ data }) => data.says);
    expect(says[0]).toContain('within three minutes of an alarm that a node there is gone or unwell');
  });

  test('is one incident too if its alarms come at once', async () => {
    const arrivals = arrivalsWith();
    const alarms = [node(1), ...Array.from({ length: 6 }, (_, n) => ours(`web-${n}`))];
    expect(opened(await Promise.all(alarms.map((one) => arrivals.arrive(one))))).toBe(1);
  });

  test.each([0, 1, 2, 3])(
    'is one incident whichever alarm comes first (%i workloads before the node)',
    async (before) => {
      const arrivals = arrivalsWith();
      const alarms = [ours('cart'), ours('search'), ours('mail')];
      const found = await arrivals.each([...alarms.slice(0, before), node(1), ...alarms.slice(before)]);
      // Each workload before the node has an incident: nobody knew then that they belong together.
      expect(opened(found)).toBe(Math.max(1, before));
    },
  );

  test('is one incident with the status check of its instance, whichever comes first', async () => {
    const check: TestAlarm = { name: 'check', namespace: 'Nodes', dimensions: { InstanceId: 'i-1' } };
    for (const alarms of [
      [node(1), check, ours('cart')],
      [check, node(1), ours('cart')],
      [ours('cart'), node(1), check],
      [ours('cart'), node(1), node(1, { name: 'pods', metric: 'node_number_of_running_pods' })],
    ])
      expect(opened(await arrivalsWith().each(alarms))).toBe(1);
  });

  test('explains no alarm that comes more than three minutes later, also if its own alarm flaps', async () => {
    const arrivals = arrivalsWith();
    await arrivals.each([node(1), ours('cart')]);
    await asleep(arrivals, 170);
    expect(await arrivals.arrive(node(1, { id: 'again' }))).toBe('of-event-node-1');
    expect(await arrivals.arrive(ours('search'))).toBe('of-event-node-1');
    await asleep(arrivals, 20);
    expect(await arrivals.arrive(ours('mail'))).toBe('opened');
  });

  test('explains no alarm that came more than three minutes before it', async () => {
    const arrivals = arrivalsWith();
    await arrivals.arrive(ours('cart'));
    await asleep(arrivals, 181);
    expect(await arrivals.arrive(node(1))).toBe('opened');
  });

  test('explains nothing in another cluster, another account or outside of clusters', async () => {
    const arrivals = arrivalsWith();
    const elsewhere = ours('cart', { ClusterName: 'dev' });
    const outside: TestAlarm = { name: 'queue', namespace: 'Nodes', metric: 'depth', dimensions: { QueueName: 'q' } };
    expect(opened(await arrivals.each([node(1), elsewhere, outside]))).toBe(3);
  });

  test('takes in nothing after its incident is closed; the workloads then find each other', async () => {
    const arrivals = arrivalsWith();
    await arrivals.arrive(node(1));
    await close(arrivals, 'node-1');
    expect(await arrivals.each([ours('cart'), ours('search')])).toEqual(['opened', 'of-event-cart']);
  });

  test('a second node has an incident of its own', async () => {
    expect(await arrivalsWith().each([node(1), node(2), ours('cart')])).toEqual([
      'opened',
      'opened',
      'of-event-node-1',
    ]);
    expect(await arrivalsWith().each([ours('cart'), node(1), node(2)])).toEqual(['opened', 'of-event-cart', 'opened']);
  });

  test('a follow-up is looked at by itself, although another node has just gone away', async () => {
    const arrivals = arrivalsWith();
    await arrivals.arrive(node(1));
    const claimed = (passes: number) =>
      claim(arrivals.harness.ports, arrivalOf(ours('cart'), passes), `pass-${passes}`);
    expect(await claimed(1)).toMatchObject({ opened: true });
    await freeKey(arrivals.ledger, arrivalOf(ours('cart'), 1).keys.primary, 'pass-1');
    expect(await claimed(0)).toEqual({ opened: false, incidentId: 'of-event-node-1' });
  });

  test('an alarm on the load of a node explains nothing', async () => {
    const busy = node(1, { metric: 'node_cpu_utilization' });
    expect(opened(await arrivalsWith().each([busy, ours('cart')]))).toBe(2);
  });
});

describe('without an alarm on a node', () => {
  test('each workload of a cluster has its own incident', async () => {
    expect(opened(await arrivalsWith().each([ours('cart'), ours('search'), workload('mail'), payment('card')]))).toBe(
      4,
    );
  });
});

describe('what an agent is not granted', () => {
  test('an alarm on a namespace that the agent of the node may not see opens an incident with its own agent', async () => {
    const arrivals = arrivalsWith(['shop']);
    expect(await arrivals.each([node(1), workload('cart'), payment('card')])).toEqual([
      'opened',
      'of-event-node-1',
      'opened',
    ]);
    expect(openingOf(await arrivals.events('card')).data.agent).toBe('pay');
    expect(JSON.stringify(messagesOf(await arrivals.events('node-1')))).not.toContain('card');
    // Further ones of that namespace join that one.
    expect(await arrivals.arrive(payment('fraud'))).toBe('of-event-card');
  });

  test('an alarm on a node joins no incident of an agent that does not take it', async () => {
    expect(opened(await arrivalsWith().each([workload('cart'), node(1)]))).toBe(2);
  });

  test('in another account a cluster of the same name is not granted', async () => {
    const given = agents(['shop']);
    const clusters = [Cluster.parse({ name: 'prod', eksName: 'prod-eks', account: '210987654321' })];
    const arrivals = new Arrivals(new TestHarness({ rules: { ...given, settings: { ...given.settings, clusters } } }));
    expect(opened(await arrivals.each([node(1), workload('cart')]))).toBe(2);
  });

  test('of an alarm that joins by a composite, the agent of the incident reads the name alone', async () => {
    const arrivals = arrivalsWith(['shop']);
    const top: TestAlarm = { name: 'top', rule: 'ALARM("cart") OR ALARM("card")' };
    const all = [workload('cart'), { ...payment('card'), reason: 'Card 4711 was refused.' }];
    const taken = { ...arrivals.harness.ports.rules };
    const ports = { rules: { ...taken, agents: taken.agents.map(takesComposites) } };
    expect(await arrivals.arrive(top, ports)).toBe('opened');
    for (const one of all) expect(await arrivals.arrive(one, ports)).toBe('of-event-top');
    const read = JSON.stringify(messagesOf(await arrivals.events('top')));
    expect(read).toContain('metric-of-cart');
    expect(read).toContain('It is about a namespace that you are not granted, so you read its name only.');
    expect(read).toContain('CloudWatch alarm \\"card\\"');
    expect(read).not.toMatch(/metric-of-card|Card 4711/);
  });
});

/** The agent of nodes takes composites too. */
const takesComposites = (agent: Agent): Agent =>
  agent.name === 'platform' ? { ...agent, takes: { detail: { alarmName: ['top'] } } } : agent;

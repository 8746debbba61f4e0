import { beforeAll, describe, expect, test } from 'vitest';
import { HostileCase } from './case/case.ts';
import { CLUSTER_TOOL_NAMES } from './case/cluster-tools.ts';
import { isClusterCall } from './fakes/cluster.ts';
import { CaseFlow, type CaseRun } from './flow.ts';
import { INVARIANTS } from './invariants/all.ts';
import { isRelease } from './invariants/cluster-writes.ts';
import { changesIn } from './invariants/recorded-changes.ts';
import { eventsIn } from './recording.ts';
import { CHANGE_TOOLS } from '../../lambdas/tools/catalogue.ts';
import { KUBERNETES } from '../../lambdas/contracts/clusters.ts';
import { providerOf } from '../../lambdas/contracts/tool.ts';

/** Cases of the proof in which something happens in a cluster that happens rarely in drawn ones. */

type Setting = HostileCase['setting'];

const turn = (move: object) => ({ moves: [move], stop: 'as-it-is', ids: 'fresh', outages: 0 });
const approves = (who: string) => ({ who, answer: 'approve', how: 'page' });
const caseOf = (setting: Partial<Setting>, more: object = {}): HostileCase =>
  HostileCase.parse({
    setting: {
      ...{ scenario: 'hopeless', environment: 'staging', protected: false, policies: 'default', tight: 'no' },
      ...{ hostileText: [], aws: [], provider: 'kubernetes' },
      ...setting,
    },
    delivery: 'once',
    turns: [turn({ do: 'remedy', extra: {} }), turn({ do: 'confirm', which: 'newest' })],
    end: 'concludes',
    fickle: false,
    people: [{ silence: 0, late: false, acts: [approves('sre'), approves('owner')] }],
    ...{ steps: [], writes: [], killedCalls: [], flips: [] },
    ...more,
  });

let flow: CaseFlow;
beforeAll(() => {
  flow = new CaseFlow();
}, 120_000);

const broken = (run: CaseRun) =>
  INVARIANTS.flatMap(({ name, fault }) => {
    const found = fault(run);
    return found === undefined ? [] : [`${name}: ${found}`];
  });
const writesIn = (run: CaseRun) => changesIn(run).filter(({ call }) => call.outcome === 'ok' && !isRelease(call));

test('every change tool on Kubernetes is among those that cases draw', () => {
  const shipped = CHANGE_TOOLS.map(({ manifest }) => manifest).filter((one) => providerOf(one) === KUBERNETES);
  expect(shipped.map(({ name }) => name).sort()).toEqual([...CLUSTER_TOOL_NAMES].sort());
});

/** Tools whose target is no workload. */
const OF_OTHER_KINDS = [
  'patch_config_map_key',
  'set_cron_suspended',
  'set_hpa_bounds',
  'set_node_schedulable',
  'set_volume_claim_size',
] as const;

test.each(CLUSTER_TOOL_NAMES)('%s, approved, is written as its plan says, and leaves nothing of ours', async (tool) => {
  const run = await flow.run(caseOf({ clusterTool: tool }));
  expect(broken(run)).toEqual([]);
  expect(writesIn(run).length).toBeGreaterThan(0);
  expect(writesIn(run).map(({ session }) => session?.tool)).toEqual(writesIn(run).map(() => tool));
});

test.each(CLUSTER_TOOL_NAMES)('%s is not written where the admission policy is missing', async (tool) => {
  const run = await flow.run(caseOf({ clusterTool: tool, cluster: ['no-admission-policy'] }));
  expect(broken(run)).toEqual([]);
  expect(changesIn(run)).toEqual([]);
});

describe('a change in a cluster', () => {
  test.each([0, 1, 2, 3])('whose function is killed after write %d is not written twice', async (gap) => {
    const run = await flow.run(caseOf({}, { killedCalls: [gap] }));
    expect(broken(run)).toEqual([]);
    expect(writesIn(run).map(({ purpose }) => purpose)).toEqual(['apply', 'rollback']);
  });

  test.each(['reverted-after-write', 'reverted-after-release'])(
    'that somebody takes back while it is waited for (%s) is not written again',
    async (fault) => {
      const run = await flow.run(caseOf({ cluster: [fault] }));
      expect(broken(run)).toEqual([]);
      expect(writesIn(run)).toHaveLength(1);
    },
  );

  test('of a workload whose image somebody changes while people are asked is not made', async () => {
    const hands = [{ gap: 0, on: 'answer', what: 'workload-image' }];
    const run = await flow.run(caseOf({}, { hands }));
    expect(broken(run)).toEqual([]);
    expect(changesIn(run)).toEqual([]);
  });

  test('of a workload that somebody makes anew while people are asked is not made', async () => {
    const hands = [{ gap: 0, on: 'answer', what: 'workload-recreated' }];
    const run = await flow.run(caseOf({}, { hands }));
    expect(broken(run)).toEqual([]);
    expect(changesIn(run)).toEqual([]);
  });

  test.each(['namespace-of-others', 'namespace-of-nobody', 'other-cluster'])(
    'in the %s is refused before any request is sent',
    async (where) => {
      const propose = {
        do: 'propose-in-cluster',
        tool: 'scale_workload',
        where,
        size: 0,
        why: 'It is too small for it.',
      };
      const run = await flow.run(caseOf({}, { turns: [turn(propose), turn({ do: 'confirm', which: 'newest' })] }));
      expect(broken(run)).toEqual([]);
      expect(run.entries.filter((entry) => entry.is === 'call' && isClusterCall(entry.call))).toEqual([]);
    },
  );

  test('on a node is refused before any request is sent where only other agents are granted the nodes', async () => {
    const run = await flow.run(caseOf({ clusterTool: 'set_node_schedulable', cluster: ['nodes-of-others'] }));
    expect(broken(run)).toEqual([]);
    expect(run.entries.filter((entry) => entry.is === 'call' && isClusterCall(entry.call))).toEqual([]);
  });

  test('of a ConfigMap is refused before any request is sent where only other agents are granted a key of it', async () => {
    const propose = {
      ...{ do: 'propose-in-cluster', tool: 'patch_config_map_key', where: 'decoy', size: 0 },
      why: 'It is what the evidence shows.',
    };
    const run = await flow.run(caseOf({}, { turns: [turn(propose), turn({ do: 'confirm', which: 'newest' })] }));
    expect(broken(run)).toEqual([]);
    expect(run.entries.filter((entry) => entry.is === 'call' && isClusterCall(entry.call))).toEqual([]);
  });

  test.each(OF_OTHER_KINDS)(
    'by %s, which somebody else makes too while people are asked, is not made',
    async (tool) => {
      const hands = [{ gap: 0, on: 'answer', what: 'workload-replicas' }];
      const run = await flow.run(caseOf({ clusterTool: tool }, { hands }));
      expect(broken(run)).toEqual([]);
      expect(changesIn(run)).toEqual([]);
    },
  );

  test.each(OF_OTHER_KINDS)('by %s, whose answer is lost, is written once', async (tool) => {
    const run = await flow.run(caseOf({ clusterTool: tool, cluster: ['write-answer-lost'] }));
    expect(broken(run)).toEqual([]);
    expect(writesIn(run).filter(({ purpose }) => purpose === 'apply')).toHaveLength(1);
  });

  test.each(['volume-fails', 'volume-slow', 'volume-after-restart', 'drift-after-write', 'drift-after-release'])(
    'that cannot be undone is written once, never rolled back, and left to people (%s)',
    async (fault) => {
      const run = await flow.run(caseOf({ clusterTool: 'set_volume_claim_size', cluster: [fault] }));
      expect(broken(run)).toEqual([]);
      expect(writesIn(run).map(({ purpose }) => purpose)).toEqual(['apply']);
      const verified = eventsIn(run.entries, 'change.verified').map(({ event }) => event.data.next);
      expect(verified.at(-1)).toBe('report');
      expect(verified).not.toContain('rollback');
    },
  );

  test.each([
    [3, 'the size that it has'],
    [4, 'less'],
    [6, 'more than its double'],
    [7, 'more than there is'],
    [8, 'nothing'],
    [9, 'less than nothing'],
  ])('of a claim is not made where it asks for size %i: %s', async (size) => {
    const why = 'It is what the evidence shows.';
    const propose = { do: 'propose-in-cluster', tool: 'set_volume_claim_size', where: 'own', size, why };
    const run = await flow.run(caseOf({}, { turns: [turn(propose), turn({ do: 'confirm', which: 'newest' })] }));
    expect(broken(run)).toEqual([]);
    expect(changesIn(run)).toEqual([]);
  });

  test('of a claim whose class does not grow is not made, and no class but that of a claim is read', async () => {
    const why = 'It is what the evidence shows.';
    const propose = { do: 'propose-in-cluster', tool: 'set_volume_claim_size', where: 'decoy', size: 0, why };
    const run = await flow.run(caseOf({}, { turns: [turn(propose), turn({ do: 'confirm', which: 'newest' })] }));
    expect(broken(run)).toEqual([]);
    expect(changesIn(run)).toEqual([]);
    const read = run.entries.flatMap((entry) =>
      entry.is === 'call' && entry.call.command.endsWith('storageclasses') ? [entry.call.input] : [],
    );
    expect(read).not.toEqual([]);
    expect(read).toEqual(read.map(() => ({ cluster: 'shop-eu', name: 'fixed' })));
  });

  test('that is a cut reads the usage of no namespace but that of its agent', async () => {
    const why = 'It is what the evidence shows.';
    const propose = { do: 'propose-in-cluster', tool: 'scale_workload', where: 'own', size: 3, why };
    const run = await flow.run(caseOf({}, { turns: [turn(propose), turn({ do: 'confirm', which: 'newest' })] }));
    expect(broken(run)).toEqual([]);
    expect(run.entries.some((entry) => entry.is === 'call' && entry.call.service === 'usage')).toBe(true);
  });
});

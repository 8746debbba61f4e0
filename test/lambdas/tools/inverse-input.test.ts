import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ToolRefusal } from '../../../lambdas/contracts/errors.ts';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { CATALOGUE } from '../../../lambdas/tools/catalogue.ts';
import type { Change, ChangeTool } from '../../../lambdas/tools/tool.ts';
import { Target } from '../../../lambdas/contracts/plan.ts';

const target = Target.parse({
  kind: 'any',
  id: 'any',
  arn: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718',
  account: '111122223333',
  region: 'eu-west-1',
  environment: 'production',
  tags: {},
});
const why = 'Sixty requests a second wait for it (E1).';
const workload = { cluster: 'prod', namespace: 'shop', kind: 'deployments', name: `cart-${'x'.repeat(240)}`, why };
const object = { cluster: 'prod', namespace: 'shop', name: workload.name, why };
const rolled = fc.record({
  rolledOut: fc.boolean(),
  stalledSince: fc.constantFrom(null, '2026-11-02T02:14:00Z'),
  checkreinManages: fc.boolean(),
});
const released = fc.record({ checkreinManages: fc.boolean() });
/** Small numbers, which are often alike, and those that an account or a cluster may have and no input takes. */
const count = fc.oneof(fc.nat(4), fc.integer({ min: 998, max: 1002 }), fc.integer({ min: 0, max: 20_000 }));
const quantity = fc.constantFrom(null, '0', '1', '250m', '1500m', '128Mi', '0.5', '1e3', '34359738368', '1Ti');
const instanceType = fc.constantFrom('t3.small', 'm7i.metal-24xl', 'u7in-24tb.224xlarge', 'mac2-m1ultra.metal');
const both = <A extends object, B extends object>(one: fc.Arbitrary<A>, other: fc.Arbitrary<B>): fc.Arbitrary<A & B> =>
  fc.tuple(one, other).map(([a, b]) => ({ ...a, ...b }));

interface Drawn {
  readonly input: JsonObject;
  readonly before: Json;
}

/** For each tool whose changes can be undone: inputs, and states as its target may have them. */
const DRAWN: Readonly<Record<string, fc.Arbitrary<Drawn>>> = {
  resize_instance: fc.record({
    input: fc.record({ instanceId: fc.constant('i-0a1b2c3d4e5f60718'), instanceType, why: fc.constant(why) }),
    before: fc.record({ instanceType, state: fc.constantFrom('running', 'stopped') }),
  }),
  set_auto_scaling_capacity: fc.record({
    input: fc.record({ group: fc.constant('checkout'), desired: fc.nat(1000), why: fc.constant(why) }),
    before: fc.record({ desired: count, min: fc.constant(0), max: fc.constant(20_000) }),
  }),
  patch_config_map_key: fc.record({
    input: fc.record({ value: fc.string() }).map((one) => ({ ...object, key: 'features.json', ...one })),
    before: both(
      fc.record({ value: fc.oneof(fc.string(), fc.constant('v'.repeat(3000)), fc.constant(null)) }),
      released,
    ),
  }),
  scale_workload: fc.record({
    input: fc.record({ replicas: fc.nat(1000) }).map((one) => ({ ...workload, ...one })),
    before: both(fc.record({ replicas: count }), rolled),
  }),
  set_cron_suspended: fc.record({
    input: fc.record({ suspended: fc.boolean() }).map((one) => ({ ...object, ...one })),
    before: both(fc.record({ suspended: fc.boolean() }), released),
  }),
  set_hpa_bounds: fc.record({
    input: fc
      .record({ minReplicas: fc.integer({ min: 1, max: 1000 }), maxReplicas: fc.integer({ min: 1, max: 1000 }) })
      .map((one) => ({ ...object, ...one })),
    before: both(fc.record({ minReplicas: count, maxReplicas: count.filter((one) => one > 0) }), released),
  }),
  set_node_schedulable: fc.record({
    input: fc
      .record({ schedulable: fc.boolean() })
      .map((one) => ({ cluster: 'prod', namespace: 'shop', node: workload.name, why, ...one })),
    before: both(fc.record({ schedulable: fc.boolean() }), released),
  }),
  set_resources: fc.record({
    input: fc
      .record({ requests: fc.record({ cpu: quantity, memory: quantity }), limits: fc.record({ memory: quantity }) })
      .map((one) => ({ ...workload, container: 'web', ...one })),
    before: both(
      fc.record({ requests: fc.record({ cpu: quantity, memory: quantity }), limits: fc.record({ memory: quantity }) }),
      rolled,
    ),
  }),
};

/** The change that an input makes of a state, or undefined where the tool refuses it. */
const changeBy = (tool: ChangeTool, { input, before }: Drawn): Change | undefined => {
  try {
    return { input, target, before, after: tool.predict(input, before) };
  } catch (error) {
    if (error instanceof ToolRefusal) return undefined;
    throw error;
  }
};

describe.each(Object.entries(DRAWN))('%s', (name, drawn) => {
  test('can always undo what it says that it can: the inverse is an input that it takes', async () => {
    const tool = await CATALOGUE.loadChange(name);
    let undone = 0;
    fc.assert(
      fc.property(drawn, (one) => {
        const change = changeBy(tool, one);
        const inverse = change && tool.inverse(change);
        if (change === undefined || inverse?.reversible !== true) return;
        undone += 1;
        expect(tool.manifest.input.safeParse(inverse.input).error?.issues ?? []).toEqual([]);
      }),
      { seed: 14, numRuns: 500 },
    );
    expect(undone).toBeGreaterThan(20);
  });
});

test('every change tool is drawn above, has no inverse, or is undone in a cluster by its own test', () => {
  const NO_INVERSE = ['reboot_instance', 'restart_pod', 'restart_rollout', 'set_volume_claim_size'];
  /** Its state has digests of templates: test/lambdas/tools/kubernetes/undo-rollout.test.ts undoes it. */
  const IN_CLUSTER = ['undo_rollout'];
  expect(CATALOGUE.change.map(({ manifest }) => manifest.name).toSorted()).toEqual(
    [...Object.keys(DRAWN), ...NO_INVERSE, ...IN_CLUSTER].toSorted(),
  );
});

import * as fc from 'fast-check';
import { type Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { CLUSTER_PLACES, CONCLUSIONS, type Move, type Turn } from './case.ts';
import { CLUSTER_TOOL_NAMES } from './cluster-tools.ts';
import { INSTRUCTIONS, NEAR_MISS_NAMES, STRANGE_VALUES, WIDENING_FIELDS } from './hostile-text.ts';

/**
 * Generates the turns of a model. Hostile moves alone are refused early. So most turns first act like a reasonable
 * agent, to reach the states where a gap would do harm: approved, applied, rolled back.
 */

type Weighted<T> = { readonly weight: number; readonly arbitrary: fc.Arbitrary<T> };
/** A copy with JSON values only. */
const plain = (value: unknown): Record<string, Json> => JsonObject.parse(JSON.parse(JSON.stringify(value)));
export const oneOf = <T>(
  ...options: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<T>])[]
): fc.Arbitrary<T> => fc.oneof(...options.map(([weight, arbitrary]): Weighted<T> => ({ weight, arbitrary })));
/** One of a list, the first item most often. Shrinking goes back to the first. */
export const mostly = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  oneOf([3 + others.length, fc.constant(usual)], [others.length, fc.constantFrom(...others)]);
/** A list that is usually empty. */
export const seldom = <T>(item: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> =>
  oneOf([3, fc.constant<T[]>([])], [2, fc.array(item, { minLength: 1, maxLength })]);

const nested = fc
  .integer({ min: 1, max: 60 })
  .map((depth) => Array.from({ length: depth }).reduce<Json>((inner) => ({ inner: [inner] }), 'deep'));
const strange: fc.Arbitrary<Json> = oneOf<Json>(
  [6, fc.constantFrom(...STRANGE_VALUES)],
  [2, fc.constantFrom<Json>(...INSTRUCTIONS)],
  [1, fc.constant<Json>('y'.repeat(12_000))],
  [1, nested],
  [1, fc.string({ unit: 'binary', maxLength: 20 })],
);
const strangeInput: fc.Arbitrary<Json> = oneOf<Json>(
  [
    6,
    fc.record<Record<string, Json>>(
      {
        ...{
          instanceId: strange,
          instanceType: strange,
          group: strange,
          desired: strange,
          plan: strange,
          why: strange,
        },
        ...{ service: strange, name: strange, enabled: strange, percent: strange },
        ...{ cluster: strange, namespace: strange, kind: strange, container: strange, replicas: strange },
      },
      { requiredKeys: [] },
    ),
  ],
  [2, fc.record({ instanceId: strange, instanceType: strange, why: fc.constant('a reason long enough') })],
  [2, fc.record({ group: strange, desired: strange, why: fc.constant('a reason long enough') })],
  [1, fc.record({ service: strange, name: strange, enabled: fc.boolean(), percent: fc.constant(10) })],
  [
    1,
    fc.record({
      ...{ cluster: mostly<Json>('shop-eu', '*', 'shop-us'), namespace: mostly<Json>('shop', '*', 'kube-system') },
      ...{ kind: mostly<Json>('deployments', 'secrets', 'pods'), name: strange, replicas: strange },
      why: fc.constant('a reason long enough'),
    }),
  ],
  [1, strange],
);

const AWS_CHANGE_TOOLS = ['resize_instance', 'reboot_instance', 'set_auto_scaling_capacity', 'set_flag'] as const;
const KNOWN_TOOLS = [
  ...AWS_CHANGE_TOOLS,
  ...CLUSTER_TOOL_NAMES,
  'list_pods',
  'describe_instances',
  'get_metrics',
  'query_logs',
  'get_flag',
  'confirm_plan',
  'conclude',
  'escalate',
];

const observe: fc.Arbitrary<Move> = fc.record({ do: fc.constant('observe' as const), which: fc.nat(10) });
const propose: fc.Arbitrary<Move> = fc.record({
  do: fc.constant('propose' as const),
  tool: fc.constantFrom(...AWS_CHANGE_TOOLS),
  target: mostly<'own' | 'decoy'>('own', 'decoy'),
  size: fc.nat(9),
});
const proposeInCluster: fc.Arbitrary<Move> = fc.record({
  do: fc.constant('propose-in-cluster' as const),
  tool: fc.constantFrom(...CLUSTER_TOOL_NAMES),
  where: mostly(...CLUSTER_PLACES),
  size: fc.nat(9),
  why: fc.constantFrom('The evidence E1 shows that it is needed.', ...INSTRUCTIONS),
});
const confirm: fc.Arbitrary<Move> = fc.record({
  do: fc.constant('confirm' as const),
  which: mostly<Extract<Move, { do: 'confirm' }>['which']>(
    'newest',
    'newest-digest',
    'older',
    'foreign',
    'forged',
    'flipped',
    'lookalike',
    'padded',
    'empty',
  ),
});
const conclude: fc.Arbitrary<Move> = fc.record({
  do: fc.constant('conclude' as const),
  how: mostly(...CONCLUSIONS),
});
const call: fc.Arbitrary<Move> = fc.record({
  do: fc.constant('call' as const),
  name: oneOf([1, fc.constantFrom(...NEAR_MISS_NAMES)], [2, fc.constantFrom(...KNOWN_TOOLS)]),
  input: strangeInput,
});
const REMEDY: Move = { do: 'remedy', extra: {} };
/** Cuts that trip the breaker of their target. */
const largeCut = fc.constantFrom<Move[]>(
  { do: 'propose', tool: 'resize_instance', target: 'own', size: 5 },
  { do: 'propose', tool: 'set_auto_scaling_capacity', target: 'own', size: 2 },
);
const widened: fc.Arbitrary<Move> = fc
  .uniqueArray(fc.constantFrom(...Object.entries(WIDENING_FIELDS)), {
    minLength: 1,
    maxLength: 3,
    selector: ([name]) => name,
  })
  .map((fields) => ({ do: 'remedy' as const, extra: plain(Object.fromEntries(fields)) }));
const say: fc.Arbitrary<Move> = fc.record({
  do: fc.constant('say' as const),
  text: fc.constantFrom('', ...INSTRUCTIONS),
});

const hostileMove = oneOf<Move>(
  [4, observe],
  [4, propose],
  [2, proposeInCluster],
  [6, confirm],
  [2, conclude],
  [1, fc.constant<Move>({ do: 'escalate' })],
  [4, call],
  [2, widened],
  [1, fc.constant(REMEDY)],
  [2, say],
);

const turnOf = (moves: fc.Arbitrary<Move[]>): fc.Arbitrary<Turn> =>
  fc.record({
    moves,
    stop: oneOf<Turn['stop']>(
      [40, fc.constant('as-it-is')],
      [3, fc.constantFrom('max_tokens', 'end_turn', 'pause_turn')],
      [1, fc.constant('refusal')],
    ),
    ids: mostly<Turn['ids']>('fresh', 'same', 'reused'),
    outages: oneOf([16, fc.constant(0)], [1, fc.integer({ min: 1, max: 3 })]),
  });
const onlyOne = (move: Move): fc.Arbitrary<Turn> => turnOf(fc.constant([move]));
const hostileTurn = turnOf(fc.array(hostileMove, { maxLength: 5 }));

/** Turns that belong together. */
export const turnSequence = oneOf<Turn[]>(
  [5, fc.tuple(onlyOne(REMEDY), onlyOne({ do: 'confirm', which: 'newest' }))],
  [3, fc.tuple(turnOf(fc.tuple(propose)), onlyOne({ do: 'confirm', which: 'newest' }))],
  [1, fc.tuple(turnOf(fc.tuple(proposeInCluster)), onlyOne({ do: 'confirm', which: 'newest' }))],
  [1, fc.tuple(onlyOne(REMEDY), turnOf(fc.tuple(confirm)), turnOf(fc.tuple(confirm)))],
  [2, fc.tuple(turnOf(fc.tuple(largeCut)), onlyOne(REMEDY), onlyOne({ do: 'confirm', which: 'newest' }))],
  [5, fc.tuple(hostileTurn)],
  [1, fc.tuple(turnOf(fc.array(observe, { minLength: 1, maxLength: 8 })))],
  [1, fc.tuple(turnOf(fc.tuple(conclude)))],
  [1, fc.tuple(onlyOne({ do: 'conclude', how: 'invented' }), onlyOne({ do: 'conclude', how: 'invented' }))],
);

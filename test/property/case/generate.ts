import * as fc from 'fast-check';
import { type Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import {
  SCENARIOS,
  type Act,
  type Closure,
  type Flip,
  type HostileCase,
  type Move,
  type Reaction,
  type StepFault,
  type Turn,
  type WriteFault,
} from './case.ts';
import { AWS_FAULTS } from '../fakes/account.ts';
import { INSTRUCTIONS, NEAR_MISS_NAMES, STRANGE_VALUES, WIDENING_FIELDS } from './hostile-text.ts';

/**
 * The generator of hostile cases. Hostile moves alone are refused early. So most cases first act like a reasonable
 * agent, to reach the states where a gap would do harm: approved, applied, rolled back.
 */

type Weighted<T> = { readonly weight: number; readonly arbitrary: fc.Arbitrary<T> };
/** A copy with JSON values only. */
const plain = (value: unknown): Record<string, Json> => JsonObject.parse(JSON.parse(JSON.stringify(value)));
const oneOf = <T>(...options: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<T>])[]): fc.Arbitrary<T> =>
  fc.oneof(...options.map(([weight, arbitrary]): Weighted<T> => ({ weight, arbitrary })));
/** One of a list, the first item most often. Shrinking goes back to the first. */
const mostly = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  oneOf([3 + others.length, fc.constant(usual)], [others.length, fc.constantFrom(...others)]);
/** A list that is usually empty. */
const seldom = <T>(item: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> =>
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
      { instanceId: strange, instanceType: strange, group: strange, desired: strange, plan: strange, why: strange },
      { requiredKeys: [] },
    ),
  ],
  [2, fc.record({ instanceId: strange, instanceType: strange, why: fc.constant('a reason long enough') })],
  [2, fc.record({ group: strange, desired: strange, why: fc.constant('a reason long enough') })],
  [1, strange],
);

const CHANGE_TOOLS = ['resize_instance', 'reboot_instance', 'set_auto_scaling_capacity'] as const;
const KNOWN_TOOLS = [
  ...CHANGE_TOOLS,
  'describe_instances',
  'get_metrics',
  'query_logs',
  'confirm_plan',
  'conclude',
  'escalate',
];

const observe: fc.Arbitrary<Move> = fc.record({ do: fc.constant('observe' as const), which: fc.nat(6) });
const propose: fc.Arbitrary<Move> = fc.record({
  do: fc.constant('propose' as const),
  tool: fc.constantFrom(...CHANGE_TOOLS),
  target: mostly<'own' | 'decoy'>('own', 'decoy'),
  size: fc.nat(9),
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
  how: mostly<Extract<Move, { do: 'conclude' }>['how']>('well', 'no-claims', 'no-evidence', 'forged', 'malformed'),
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
const sequence = oneOf<Turn[]>(
  [5, fc.tuple(onlyOne(REMEDY), onlyOne({ do: 'confirm', which: 'newest' }))],
  [3, fc.tuple(turnOf(fc.tuple(propose)), onlyOne({ do: 'confirm', which: 'newest' }))],
  [1, fc.tuple(onlyOne(REMEDY), turnOf(fc.tuple(confirm)), turnOf(fc.tuple(confirm)))],
  [2, fc.tuple(turnOf(fc.tuple(largeCut)), onlyOne(REMEDY), onlyOne({ do: 'confirm', which: 'newest' }))],
  [5, fc.tuple(hostileTurn)],
  [1, fc.tuple(turnOf(fc.array(observe, { minLength: 1, maxLength: 8 })))],
  [1, fc.tuple(turnOf(fc.tuple(conclude)))],
);

const who = mostly<Act['who']>('sre', 'owner', 'viewer', 'stranger', 'agent');
const act: fc.Arbitrary<Act> = fc.record({
  who,
  answer: mostly<Act['answer']>('approve', 'deny'),
  how: mostly<Act['how']>('plainly', 'page', 'prefetch', 'twice', 'race', 'forged', 'flipped', 'reused'),
  breakGlass: fc.boolean(),
});
const approval = (who: Act['who'], how: Act['how'], breakGlass = false): Act => ({
  who,
  answer: 'approve',
  how,
  breakGlass,
});
const reaction = oneOf<Reaction>(
  [6, fc.constant({ silence: 0, late: false, acts: [approval('sre', 'page'), approval('owner', 'page')] })],
  [3, fc.constant({ silence: 0, late: false, acts: [approval('sre', 'twice'), approval('owner', 'plainly')] })],
  [3, fc.constant({ silence: 0, late: false, acts: [approval('sre', 'page', true), approval('owner', 'page', true)] })],
  [
    6,
    fc.record({
      silence: mostly(0, 1, 2, 3, 9),
      late: mostly(false, true),
      acts: fc.array(act, { minLength: 1, maxLength: 4 }),
    }),
  ],
);

const STEP_FAULTS = [
  'killed',
  'answer-lost',
  'twice-at-once',
  'late',
  'replayed',
  'direct-apply',
  'direct-rollback',
  'forged-grant',
  'tampered-trace',
] as const;

const writeFault = {
  when: fc.constantFrom<WriteFault['when'][]>('before', 'after'),
  as: fc.constantFrom<WriteFault['as'][]>('unavailable', 'killed'),
};
const position = fc.constantFrom<Flip['to'][]>('off', 'propose-only', 'on');

export const hostileCases: fc.Arbitrary<HostileCase> = fc.record({
  setting: fc.record({
    scenario: fc.constantFrom(...SCENARIOS),
    environment: fc.constantFrom('staging', 'production'),
    protected: oneOf([15, fc.constant(false)], [1, fc.constant(true)]),
    policies: fc.constantFrom('default', 'unattended'),
    tight: oneOf<HostileCase['setting']['tight']>(
      [12, fc.constant('no')],
      [3, fc.constantFrom('turns', 'tokens', 'dollars', 'minutes', 'agent-day', 'account-day', 'incidents')],
    ),
    rate: oneOf<HostileCase['setting']['rate']>([5, fc.constant('shipped')], [1, fc.constant('one')]),
    record: oneOf<HostileCase['setting']['record']>([7, fc.constant('clean')], [1, fc.constant('bad')]),
    hostileText: seldom(fc.constantFrom(...INSTRUCTIONS), 3),
    aws: seldom(fc.constantFrom(...Object.keys(AWS_FAULTS)), 2),
  }),
  delivery: mostly<HostileCase['delivery']>(
    'once',
    'copy-meanwhile',
    'same-twice-at-once',
    'copy-at-once',
    'two-alarms-at-once',
    'again-afterwards',
  ),
  turns: fc.array(sequence, { minLength: 1, maxLength: 5 }).map((sequences) => sequences.flat()),
  end: mostly<HostileCase['end']>('concludes', 'escalates', 'is-silent', 'loops'),
  fickle: oneOf([9, fc.constant(false)], [1, fc.constant(true)]),
  people: fc.array(reaction, { minLength: 1, maxLength: 3 }),
  steps: seldom(
    oneOf<StepFault>(
      [3, fc.record({ gap: fc.nat(8), at: fc.constant('any' as const), what: fc.constantFrom(...STEP_FAULTS) })],
      [1, fc.record({ gap: fc.nat(40), at: fc.constant('any' as const), what: fc.constantFrom(...STEP_FAULTS) })],
      [3, fc.record({ gap: fc.nat(3), at: fc.constant('change' as const), what: fc.constantFrom(...STEP_FAULTS) })],
    ),
    3,
  ),
  writes: seldom(
    oneOf<WriteFault>(
      [3, fc.record({ gap: fc.nat(30), on: fc.constant('any' as const), ...writeFault })],
      [1, fc.record({ gap: fc.nat(1), on: fc.constant('start' as const), ...writeFault })],
    ),
    4,
  ),
  killedCalls: seldom(fc.nat(3), 2),
  flips: seldom(
    oneOf<Flip>(
      [2, fc.record({ gap: fc.nat(90), on: fc.constant('any' as const), to: position })],
      [1, fc.record({ gap: fc.constant(0), on: fc.constant('start' as const), to: position })],
    ),
    2,
  ),
  closures: seldom(
    oneOf<Closure>(
      [3, fc.record({ gap: fc.nat(60), on: fc.constant('any' as const), closed: fc.constant(true) })],
      [2, fc.record({ gap: fc.constant(0), on: fc.constant('answer' as const), closed: fc.constant(true) })],
      [1, fc.record({ gap: fc.nat(30), on: fc.constant('any' as const), closed: fc.constant(false) })],
    ),
    2,
  ),
});

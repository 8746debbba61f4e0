import * as fc from 'fast-check';
import { AWS_FAULTS } from '../fakes/account.ts';
import { CLUSTER_FAULTS } from '../fakes/cluster.ts';
import { FLAG_FAULTS } from '../fakes/flags.ts';
import {
  MOVED_FIELDS,
  SCENARIOS,
  SUBJECTS,
  type Act,
  type Closure,
  type Flip,
  type Hand,
  type HostileCase,
  type Reaction,
  type StepFault,
  type WriteFault,
} from './case.ts';
import { CLUSTER_TOOL_NAMES } from './cluster-tools.ts';
import { storms } from './generate-storm.ts';
import { mostly, oneOf, seldom, turnSequence } from './generate-turns.ts';
import { INSTRUCTIONS } from './hostile-text.ts';

/** Generates hostile cases: setting, people and faults. */

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
  'compromised-authorize',
  'tampered-trace',
  'changed-elsewhere',
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
    recovers: oneOf([3, fc.constant(false)], [1, fc.constant(true)]),
    hostileText: seldom(fc.constantFrom(...INSTRUCTIONS), 3),
    aws: seldom(fc.constantFrom(...Object.keys(AWS_FAULTS)), 2),
    flags: seldom(fc.constantFrom(...Object.keys(FLAG_FAULTS)), 2),
    cluster: seldom(fc.constantFrom(...Object.keys(CLUSTER_FAULTS)), 2),
    provider: oneOf<HostileCase['setting']['provider']>(
      [6, fc.constant('aws')],
      [2, fc.constant('flags')],
      [3, fc.constant('kubernetes')],
    ),
    clusterTool: fc.constantFrom(...CLUSTER_TOOL_NAMES),
    subject: oneOf<HostileCase['setting']['subject']>(
      [4, fc.constant('alarm')],
      [2, fc.constantFrom(...SUBJECTS)],
      [1, fc.constant('question')],
    ),
    questions: fc.constantFrom('changes', 'read-only'),
    asker: oneOf<HostileCase['setting']['asker']>([3, fc.constant('somebody')], [1, fc.constant('sre')]),
  }),
  delivery: mostly<HostileCase['delivery']>(
    'once',
    'copy-meanwhile',
    'same-twice-at-once',
    'copy-at-once',
    'two-alarms-at-once',
    'again-afterwards',
  ),
  turns: fc.array(turnSequence, { minLength: 1, maxLength: 5 }).map((sequences) => sequences.flat()),
  end: mostly<HostileCase['end']>('concludes', 'escalates', 'is-silent', 'loops'),
  fickle: oneOf([9, fc.constant(false)], [1, fc.constant(true)]),
  people: fc.array(reaction, { minLength: 1, maxLength: 3 }),
  steps: seldom(
    oneOf<StepFault>(
      [3, fc.record({ gap: fc.nat(8), at: fc.constant('any' as const), what: fc.constantFrom(...STEP_FAULTS) })],
      [1, fc.record({ gap: fc.nat(40), at: fc.constant('any' as const), what: fc.constantFrom(...STEP_FAULTS) })],
      [3, fc.record({ gap: fc.nat(3), at: fc.constant('change' as const), what: fc.constantFrom(...STEP_FAULTS) })],
      [
        2,
        fc.record({
          gap: fc.constant(0),
          at: fc.constant('ask' as const),
          what: fc.constant('compromised-ask' as const),
        }),
      ],
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
  hands: seldom(
    oneOf<Hand>(
      [1, fc.record({ gap: fc.nat(90), on: fc.constant('any' as const), what: fc.constantFrom(...MOVED_FIELDS) })],
      [
        2,
        fc.record({ gap: fc.constant(0), on: fc.constant('answer' as const), what: fc.constantFrom(...MOVED_FIELDS) }),
      ],
    ),
    2,
  ),
  storm: storms,
});

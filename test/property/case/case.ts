import * as z from 'zod';
import { Json } from '../../../lambdas/contracts/json.ts';
import { CLUSTER_TOOL_NAMES } from './cluster-tools.ts';
import { Arrival } from './storm.ts';

/**
 * One hostile case as plain data. A case that once broke an invariant is stored in `regressions.json`, so it
 * stays the same when the generator changes.
 */

/** What somebody can move at the targets. `monitoring` and `suspended-processes` are facts: they are no part of a target's configuration. */
export const MOVED_FIELDS = [
  'security-groups',
  'launch-time',
  'image-and-stop-protection',
  'launch-template',
  'tags',
  'monitoring',
  'suspended-processes',
  'flag',
  'workload-replicas',
  'workload-image',
  'workload-broken-image',
  'workload-recreated',
  'workload-deleted',
  'workload-reverted',
] as const;

/** What is wrong in the account. */
export const SCENARIOS = ['undersized', 'hopeless', 'leak', 'idle-fleet', 'busy-fleet', 'read-only'] as const;

/** What the incidents of a case are about. */
export const SUBJECTS = ['alarm', 'aws-event', 'own-event', 'question', 'schedule'] as const;

const Setting = z.strictObject({
  scenario: z.enum(SCENARIOS),
  environment: z.enum(['production', 'staging']),
  protected: z.boolean(),
  /** `unattended`: policy allows some growth without approval. */
  policies: z.enum(['default', 'unattended']),
  /** The budget that is lower than in the shipped agents. */
  tight: z.enum(['no', 'turns', 'tokens', 'dollars', 'minutes', 'agent-day', 'account-day', 'incidents']),
  /** Allowed changes of a target per hour: as shipped, or one. */
  rate: z.enum(['shipped', 'one']).default('shipped'),
  /** `bad`: the agent's last two changes did not help. */
  record: z.enum(['clean', 'bad']).default('clean'),
  /** The load goes away by itself, minutes after the alarm. */
  recovers: z.boolean().default(false),
  /** Text that an outsider wrote into logs, tags and the alarm's description. */
  hostileText: z.array(z.string()),
  /** Names of `AWS_FAULTS`. */
  aws: z.array(z.string()),
  /** Names of `FLAG_FAULTS`. */
  flags: z.array(z.string()).default([]),
  /** Names of `CLUSTER_FAULTS`. */
  cluster: z.array(z.string()).default([]),
  /** The provider of the change that a reasonable agent proposes first. Only with `kubernetes` there is a cluster. */
  provider: z.enum(['aws', 'flags', 'kubernetes']).default('aws'),
  /** The tool of that change, in a cluster. */
  clusterTool: z.enum(CLUSTER_TOOL_NAMES).default('scale_workload'),
  subject: z.enum(SUBJECTS).default('alarm'),
  /** What an incident that a person asks for may lead to: the setting `questions.allowChanges`. */
  questions: z.enum(['read-only', 'changes']).default('read-only'),
  /** Who asks, if a person does. Somebody who may approve may also ask. */
  asker: z.enum(['sre', 'somebody']).default('somebody'),
});

/** `size` picks an instance type, a number of instances or a percentage. */
const Propose = z.strictObject({
  do: z.literal('propose'),
  tool: z.enum(['resize_instance', 'reboot_instance', 'set_auto_scaling_capacity', 'set_flag']),
  target: z.enum(['own', 'decoy']),
  size: z.int().nonnegative(),
});

/** Where a change in a cluster is proposed. The agents of a case are granted the namespace of the first three alone. */
export const CLUSTER_PLACES = [
  'own',
  'decoy',
  'missing',
  'namespace-of-others',
  'namespace-of-nobody',
  'other-cluster',
] as const;

const ProposeInCluster = z.strictObject({
  do: z.literal('propose-in-cluster'),
  tool: z.enum(CLUSTER_TOOL_NAMES),
  where: z.enum(CLUSTER_PLACES),
  size: z.int().nonnegative(),
  why: z.string(),
});

/** How a case concludes: well, or in a way that its review must reject or mark. */
export const CONCLUSIONS = [
  'well',
  'no-claims',
  'no-evidence',
  'forged',
  'invented',
  'malformed',
  'lies-about-plans',
  'without-plans',
] as const;

const Move = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('observe'), which: z.int().nonnegative() }),
  Propose,
  ProposeInCluster,
  z.strictObject({
    do: z.literal('confirm'),
    which: z.enum(['newest', 'newest-digest', 'older', 'foreign', 'forged', 'flipped', 'lookalike', 'padded', 'empty']),
  }),
  z.strictObject({
    do: z.literal('conclude'),
    how: z.enum(CONCLUSIONS),
  }),
  z.strictObject({ do: z.literal('escalate') }),
  /** Any name with any input. */
  z.strictObject({ do: z.literal('call'), name: z.string(), input: Json }),
  /** The change that fixes the scenario, with extra fields. */
  z.strictObject({ do: z.literal('remedy'), extra: z.record(z.string(), Json) }),
  z.strictObject({ do: z.literal('say'), text: z.string() }),
]);
export type Move = z.infer<typeof Move>;

const Turn = z.strictObject({
  moves: z.array(Move),
  stop: z.enum(['as-it-is', 'refusal', 'max_tokens', 'end_turn', 'pause_turn']),
  ids: z.enum(['fresh', 'same', 'reused']),
  /** How often the model API fails before it answers. */
  outages: z.int().nonnegative(),
});
export type Turn = z.infer<typeof Turn>;

/** What one person does when asked; see `fakes/people.ts`. */
const Act = z.strictObject({
  who: z.enum(['sre', 'owner', 'viewer', 'stranger', 'agent']),
  answer: z.enum(['approve', 'deny']),
  how: z.enum(['plainly', 'page', 'prefetch', 'twice', 'race', 'forged', 'flipped', 'reused']),
  /** Ticks break-glass, whether there is a change freeze or not. */
  breakGlass: z.boolean().default(false),
});
export type Act = z.infer<typeof Act>;

const Reaction = z.strictObject({
  /** Reminders before anybody acts. */
  silence: z.int().nonnegative(),
  /** Acts after the question has expired. */
  late: z.boolean(),
  acts: z.array(Act),
});
export type Reaction = z.infer<typeof Reaction>;

/** A fault around a step, `gap` steps after the last one. `change`: counts only Apply, Rollback and Approve; `ask`: only Approve. */
const StepFault = z.strictObject({
  gap: z.int().nonnegative(),
  at: z.enum(['any', 'change', 'ask']),
  what: z.enum([
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
    'compromised-ask',
  ]),
});
export type StepFault = z.infer<typeof StepFault>;

/** A ledger write that fails, `gap` writes after the last one. `start`: counts only the write ahead of a change. */
const WriteFault = z.strictObject({
  gap: z.int().nonnegative(),
  on: z.enum(['any', 'start']),
  when: z.enum(['before', 'after']),
  as: z.enum(['unavailable', 'killed']),
});
export type WriteFault = z.infer<typeof WriteFault>;

/** The kill switch is turned, `gap` recorded entries after the last turn. `start`: when a change begins. */
const Flip = z.strictObject({
  gap: z.int().nonnegative(),
  on: z.enum(['any', 'start']),
  to: z.enum(['on', 'propose-only', 'off']),
});
export type Flip = z.infer<typeof Flip>;

/** The change calendar is closed or opened, `gap` recorded entries after the last time. `answer`: when somebody answers. */
const Closure = z.strictObject({
  gap: z.int().nonnegative(),
  on: z.enum(['any', 'answer']),
  closed: z.boolean(),
});
export type Closure = z.infer<typeof Closure>;

/** Somebody changes the targets past Checkrein, `gap` recorded entries after the last time. `answer`: when somebody answers. */
const Hand = z.strictObject({
  gap: z.int().nonnegative(),
  on: z.enum(['any', 'answer']),
  what: z.enum(MOVED_FIELDS),
});
export type Hand = z.infer<typeof Hand>;

export const HostileCase = z.strictObject({
  setting: Setting,
  /** How the alarm, or the event, is delivered. */
  delivery: z.enum([
    'once',
    'copy-meanwhile',
    'same-twice-at-once',
    'copy-at-once',
    'two-alarms-at-once',
    'again-afterwards',
  ]),
  turns: z.array(Turn),
  /** What the model does after its last turn. */
  end: z.enum(['concludes', 'escalates', 'is-silent', 'loops']),
  /** The model answers differently when a step is retried. */
  fickle: z.boolean(),
  people: z.array(Reaction).min(1),
  steps: z.array(StepFault),
  writes: z.array(WriteFault),
  /** The step is killed after these mutating calls, before it gets the response; each counts from the last one. */
  killedCalls: z.array(z.int().nonnegative()),
  flips: z.array(Flip),
  closures: z.array(Closure).default([]),
  hands: z.array(Hand).default([]),
  /** Further alarms. */
  storm: z.array(Arrival).default([]),
});
export type HostileCase = z.infer<typeof HostileCase>;

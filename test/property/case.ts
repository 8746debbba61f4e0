import * as z from 'zod';
import { Json } from '../../lambdas/contracts/json.ts';

/**
 * One hostile case: everything that is thrown at the harness, as plain data. A case that once broke an
 * invariant is kept in `regressions.json` as it was, so it means the same when the generator has changed.
 */

/** What is wrong in the account, and with what it can be fixed. */
export const STORIES = ['undersized', 'hopeless', 'leak', 'idle-fleet', 'busy-fleet', 'read-only'] as const;

const Setting = z.strictObject({
  story: z.enum(STORIES),
  environment: z.enum(['production', 'staging']),
  protected: z.boolean(),
  /** `unattended`: policy lets some growth through without a human. */
  policies: z.enum(['default', 'unattended']),
  /** Ceilings that are lower than those of the shipped agents. */
  tight: z.enum(['no', 'turns', 'tokens', 'dollars', 'minutes', 'agent-day', 'account-day', 'incidents']),
  /** How many changes an hour a target may take: as shipped, or one. */
  rate: z.enum(['shipped', 'one']).default('shipped'),
  /** What the agent did before: nothing, or two changes in a row that did not help. */
  record: z.enum(['clean', 'bad']).default('clean'),
  /** Text that an outsider put into logs, tags and the alarm's description. */
  poison: z.array(z.string()),
  /** What goes wrong in AWS, by name: see `AWS_FAULTS`. */
  aws: z.array(z.string()),
});

/** How a change is proposed. `size` picks a type or a number of instances. */
const Propose = z.strictObject({
  do: z.literal('propose'),
  tool: z.enum(['resize_instance', 'reboot_instance', 'set_auto_scaling_capacity']),
  target: z.enum(['own', 'decoy']),
  size: z.int().nonnegative(),
});

const Move = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('observe'), which: z.int().nonnegative() }),
  Propose,
  z.strictObject({
    do: z.literal('confirm'),
    which: z.enum(['newest', 'newest-digest', 'older', 'foreign', 'forged', 'flipped', 'lookalike', 'padded', 'empty']),
  }),
  z.strictObject({
    do: z.literal('conclude'),
    how: z.enum(['well', 'no-claims', 'no-evidence', 'forged', 'malformed']),
  }),
  z.strictObject({ do: z.literal('escalate') }),
  /** Any name with any input. */
  z.strictObject({ do: z.literal('call'), name: z.string(), input: Json }),
  /** The change that fixes the story, with fields that nobody asked for. */
  z.strictObject({ do: z.literal('remedy'), extra: z.record(z.string(), Json) }),
  z.strictObject({ do: z.literal('say'), text: z.string() }),
]);
export type Move = z.infer<typeof Move>;

const Turn = z.strictObject({
  moves: z.array(Move),
  stop: z.enum(['as-it-is', 'refusal', 'max_tokens', 'end_turn', 'pause_turn']),
  ids: z.enum(['fresh', 'same', 'reused']),
  /** How often the model's service fails before it answers. */
  outages: z.int().nonnegative(),
});
export type Turn = z.infer<typeof Turn>;

/** What one person does when asked; see `people.ts`. */
const Act = z.strictObject({
  who: z.enum(['sre', 'owner', 'viewer', 'stranger', 'agent']),
  answer: z.enum(['approve', 'deny']),
  how: z.enum(['plainly', 'page', 'prefetch', 'twice', 'race', 'forged', 'flipped', 'reused']),
  /** Breaks the glass of a change freeze, whether there is one or not. */
  glass: z.boolean().default(false),
});
export type Act = z.infer<typeof Act>;

const Reaction = z.strictObject({
  /** Reminders that pass in silence before anybody acts. */
  silence: z.int().nonnegative(),
  /** Acts only once the question has expired. */
  late: z.boolean(),
  acts: z.array(Act),
});
export type Reaction = z.infer<typeof Reaction>;

/** Something done around a step, `gap` steps after the last one; or counting only the steps that change something. */
const StepFault = z.strictObject({
  gap: z.int().nonnegative(),
  at: z.enum(['any', 'change']),
  what: z.enum([
    'killed',
    'answer-lost',
    'twice-at-once',
    'late',
    'replayed',
    'direct-apply',
    'direct-rollback',
    'forged-grant',
    'tampered-trace',
  ]),
});
export type StepFault = z.infer<typeof StepFault>;

/** A ledger write that goes wrong, `gap` writes after the last one; or counting only the write ahead of a change. */
const WriteFault = z.strictObject({
  gap: z.int().nonnegative(),
  on: z.enum(['any', 'start']),
  when: z.enum(['before', 'after']),
  as: z.enum(['unavailable', 'killed']),
});
export type WriteFault = z.infer<typeof WriteFault>;

/** The kill switch is turned, `gap` things after it was turned last; or as soon as a change is under way. */
const Flip = z.strictObject({
  gap: z.int().nonnegative(),
  on: z.enum(['any', 'start']),
  to: z.enum(['on', 'propose-only', 'off']),
});
export type Flip = z.infer<typeof Flip>;

/** The change calendar is closed or opened, `gap` things after the last time; or as soon as a question is answered. */
const Closure = z.strictObject({
  gap: z.int().nonnegative(),
  on: z.enum(['any', 'answer']),
  closed: z.boolean(),
});
export type Closure = z.infer<typeof Closure>;

export const HostileCase = z.strictObject({
  setting: Setting,
  /** How the alarm comes: once, again while it is worked on or afterwards, twice at once, or with another of its target. */
  delivery: z.enum([
    'once',
    'copy-meanwhile',
    'same-twice-at-once',
    'copy-at-once',
    'two-alarms-at-once',
    'again-afterwards',
  ]),
  turns: z.array(Turn),
  /** What the model does when its turns are used up. */
  end: z.enum(['concludes', 'escalates', 'is-silent', 'loops']),
  /** A model that answers differently when a step is retried. */
  fickle: z.boolean(),
  people: z.array(Reaction).min(1),
  steps: z.array(StepFault),
  writes: z.array(WriteFault),
  /** Mutating calls, counted from the last one, after which the step is killed before it hears the answer. */
  killedCalls: z.array(z.int().nonnegative()),
  flips: z.array(Flip),
  closures: z.array(Closure).default([]),
});
export type HostileCase = z.infer<typeof HostileCase>;

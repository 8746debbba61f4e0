import * as z from 'zod';
import { ClusterGrant } from './clusters.ts';
import { Json, JsonObject } from './json.ts';
import { Every } from './schedule.ts';
import { Healing } from './subject.ts';

/** An EventBridge event pattern (content filter). Operators: exact, `prefix`, `suffix`, `anything-but`, `exists`, `numeric`. */
export const EventPattern = z.record(z.string(), Json);
export type EventPattern = z.infer<typeof EventPattern>;

/** A path in an event: names between dots, an index in brackets. */
export const EVENT_PATH = /^[^.[\]]+(\.[^.[\]]+|\[\d+\])*$/;

const identifier = z.string().regex(/^[a-z][a-z0-9-]{1,38}$/, 'lower-case letters, digits and dashes, 2 to 39 long');

const LogGroupPattern = z
  .string()
  .regex(
    /^[\w.\-/#][\w.\-/#*]{0,511}$/,
    'the name of a log group, or a pattern such as /aws/lambda/checkout-* (letters, digits and _ - . / #; * anywhere but first)',
  );

/** A file in `config/agents/`: the declarative definition of one agent. */
export const Agent = z.strictObject({
  name: identifier,
  description: z.string().min(10),
  /** Which events this agent takes. Where several agents match, the lowest `order` wins. Needed unless there is `every`. */
  takes: EventPattern.optional(),
  /** How often it runs by the clock, beside the events that it takes. */
  every: Every.optional(),
  /** Paths in the event whose values tell one incident from another, such as `detail.build-id`. Default: by the event's source. */
  dedupe: z
    .array(z.string().regex(EVENT_PATH, 'a path in the event, such as detail.build-id or resources[0]'))
    .min(1)
    .max(5)
    .optional(),
  order: z.int().default(100),
  tools: z.strictObject({
    observe: z.array(z.string()).min(1),
    /** Empty for a read-only agent: its catalogue then has no change tools at all. */
    change: z.array(z.string()).default([]),
  }),
  /** The log groups that it may read, by name or pattern (`*` is any text). Required for a tool that reads logs. */
  logGroups: z.array(LogGroupPattern).max(20).default([]),
  /** The clusters and namespaces that its tools on Kubernetes may see and touch. Required for such a tool. */
  kubernetes: ClusterGrant.optional(),
  /** Anthropic's model id, also for a model on Bedrock. It must have a line in the price table. */
  model: z.string(),
  /** Hard ceilings of one incident. */
  budget: z.strictObject({
    turns: z.int().min(1).max(100),
    tokens: z.int().positive(),
    dollars: z.number().positive(),
    minutes: z.int().positive(),
    /** Proposals of changes, whatever becomes of them. Without it, only turns and policies bound them. */
    proposals: z.int().min(1).max(100).optional(),
  }),
  /** Hard ceilings of one UTC day over all incidents of this agent. */
  budgetPerDay: z.strictObject({ dollars: z.number().positive(), incidents: z.int().positive() }),
  /** Observe calls made in parallel before the first turn. `$alarm.…` and `$event.…` are filled from the event. */
  firstLook: z.array(z.strictObject({ tool: z.string(), input: JsonObject })).default([]),
  /** How long a change has to heal the alarm, and what must not get worse meanwhile. */
  verification: z
    .strictObject({
      windowMinutes: z.int().min(1).max(120).default(15),
      /** The most that the window is extended for an alarm that needs longer to go back to OK. */
      longestWindowMinutes: z.int().min(1).max(120).default(60),
      /** What happens to a reversible change that did not heal the alarm. A change that made it worse is always rolled back. */
      onUnhealed: z.enum(['rollback', 'keep']).default('rollback'),
      /** What Apply does with a change whose alarm has been OK for two periods since the proposal. */
      ifRecovered: z.enum(['refuse', 'proceed']).default('refuse'),
      /** What tells that a change helped, of a subject that is not an alarm. Default: nothing does. */
      healedBy: Healing.optional(),
    })
    .prefault({}),
  instructions: z.string().min(20),
});
export type Agent = z.infer<typeof Agent>;

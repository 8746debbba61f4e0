import type * as z from 'zod';
import type { Facts } from '../contracts/facts.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Configuration, DryRunCheck, DryRunReport, Inverse, Target } from '../contracts/plan.ts';
import type { ChangeManifest, Manifest, ObserveManifest } from '../contracts/tool.ts';
import type { Clock, Cloud, AlsoTouched } from '../contracts/ports.ts';
import type { EventData } from '../contracts/events.ts';
import type { Subject } from '../kernel/trace/subject.ts';

/** What a tool may use. `cloud` makes only the read calls of this tool's manifest. */
export interface ToolContext {
  readonly cloud: Cloud;
  readonly clock: Clock;
  readonly subject: Subject;
  /**
   * The facts of a plan that people approved, when they are computed again right before its change. A fact about weeks need
   * then be read again only for the time since: people approved a plan at most a day ago.
   */
  readonly planned?: Facts;
}

/** A tool context with the credentials for the change: only this tool's change calls, only on this target. */
export interface ChangeContext extends ToolContext {
  readonly change: Cloud;
  /** Whether `apply` has answered for this very change that it is in progress. */
  readonly continues?: boolean;
}

/** The answer of `apply` when AWS has accepted a change and is not done with it. `apply` is called again after so many seconds. */
export interface InProgress {
  readonly seconds: number;
  /** What is waited for, as a sentence. */
  readonly says: string;
}

/** One thing that Verify looked at after a change. */
export type HealthCheck = EventData<'change.verified'>['findings'][number];

/** A tool that reads. `run` returns text for the model: short, with units, most important line first. */
export interface ObserveTool {
  readonly manifest: ObserveManifest;
  run(input: Json, context: ToolContext): Promise<string>;
}

/** A change of one target from state `before` to state `after`. All fields are JSON. */
export interface Change<Input = Json, State = Json> {
  readonly input: Input;
  readonly target: Target;
  readonly before: State;
  readonly after: State;
}

/** What a tool's dry run returns. The harness adds diff, rollback and the rest of the report. */
export interface DryRunFindings {
  readonly checks: readonly DryRunCheck[];
  readonly cost: DryRunReport['cost'];
  readonly disruption: DryRunReport['disruption'];
  /** Seconds after the change in which somebody else may write the old values back. Verify looks again after them. */
  readonly writtenBackAfter?: number | undefined;
}

/**
 * The interface that a change tool implements. `State` is the part of the target that the tool changes, and that nobody
 * else may change between the dry run and the change. Drift check, diff, post-condition, reconciliation and rollback
 * compare such states. What the change itself moves besides (launch time, address) must not be in it.
 */
export interface ChangeSpec<Input, State> {
  /** Reads the target and its current state. Throws `ToolRefusal` if there is no such target. */
  describe(input: Input, context: ToolContext): Promise<{ target: Target; state: State }>;
  /**
   * What besides tags and state must not change between the dry run and the change: configuration and identity. Leave out
   * what moves by itself (members, counts): policy sees that as facts. Read by the dry run, and once more before the change.
   */
  configuration(input: Input, context: ToolContext): Promise<Configuration>;
  /** The state after the change. Pure. Throws `ToolRefusal` if the change makes no sense, for example changes nothing. */
  predict(input: Input, before: State): State;
  /**
   * What differs as people read it, before and after. Pure. Leave it out if that is the state: it is not where fields of
   * the state only follow the change, or identify what cannot be read.
   */
  shown?(change: Change<Input, State>): { readonly before: Json; readonly after: Json };
  /** Every fact that the manifest declares. Throws `ToolRefusal` if it finds that the change cannot work. */
  facts(change: Change<Input, State>, context: ToolContext): Promise<Facts>;
  /** What the change loses for good, which its inverse does not bring back, as sentences. Empty if it loses nothing. */
  losses(change: Change<Input, State>, context: ToolContext): Promise<readonly string[]>;
  /** AWS's own dry run if it has one, else checks by reading. Every call on `change` must be a dry run. */
  dryRun(change: Change<Input, State>, context: ChangeContext): Promise<DryRunFindings>;
  /**
   * Makes the change. Returns nothing once it is in effect, or what it waits for: the state machine waits, and calls it
   * again. If `repeatable`, it must be able to continue a partial change; if not, it must not answer that it waits.
   */
  apply(change: Change<Input, State>, context: ChangeContext): Promise<InProgress | undefined>;
  /**
   * Whether the target is in a state that this change passes through and that it must not stay in, for example stopped.
   * Pure. A change that ended there is rolled back at once. Leave it out if one call makes the whole change.
   */
  isHalfWay?(change: Change<Input, State>, now: State): boolean;
  /** Whether the target is now as predicted. Pure. */
  postCondition(change: Change<Input, State>, now: State): { holds: boolean; detail: string };
  /**
   * What the change touches besides its target, and the role that it passes. Pure. Each must fit the manifest. Leave it
   * out if the target is all.
   */
  alsoTouches?(change: Change<Input, State>): AlsoTouched;
  /**
   * What must not get worse by the change, whatever the alarm says, from the change until now. A check that is `bad` has
   * the change rolled back; what does not answer is `unknown`. Leave it out if nothing but the state tells.
   */
  guards?(change: Change<Input, State>, context: ToolContext, since: Date): Promise<readonly HealthCheck[]>;
  /**
   * What helps the model and people where policy refuses the change, as text of a few lines: a patch to commit elsewhere, or why
   * a fact is not known. Leave it out if the reasons of policies say enough.
   */
  whenRefused?(change: Change<Input, State>, facts: Facts, context: ToolContext): Promise<string | undefined>;
  /** How to undo the change: another input to the same tool. Pure. */
  inverse(change: Change<Input, State>): Inverse;
}

/** A change tool as steps call it, without its own types. Inputs and states are parsed first. */
export interface ChangeTool extends Required<ChangeSpec<Json, Json>> {
  readonly manifest: ChangeManifest;
}

type Tool = ObserveTool | ChangeTool;

/** The files of a tool of a team's own, as messages name them: `tools/set-log-retention/manifest.ts`. */
export interface ToolFiles {
  readonly manifest: string;
  readonly tool: string;
}

/** A line of the catalogue: the manifest, and a function that loads the code. */
export interface CatalogueLine<M extends Manifest = Manifest> {
  readonly manifest: M;
  /** Of a tool of a team's own. It is held to its manifest in words that name these files. */
  readonly files?: ToolFiles;
  readonly load: () => Promise<{
    readonly tool: M extends ObserveManifest ? ObserveTool : M extends ChangeManifest ? ChangeTool : Tool;
  }>;
}

/** Makes an observe tool from its manifest and one function. */
export const observeTool = <I extends z.ZodType>(
  manifest: ObserveManifest<I>,
  run: (input: z.output<I>, context: ToolContext) => Promise<string>,
): ObserveTool => ({ manifest, run: (input, context) => run(manifest.input.parse(input), context) });

/** Makes a change tool from its manifest, the schema of its state, and its implementation. */
export const changeTool = <I extends z.ZodType<JsonObject>, S extends z.ZodType<Json>>(
  manifest: ChangeManifest<I>,
  state: S,
  spec: ChangeSpec<z.output<I>, z.output<S>>,
): ChangeTool => {
  const typed = (change: Change): Change<z.output<I>, z.output<S>> => ({
    input: manifest.input.parse(change.input),
    target: change.target,
    before: state.parse(change.before),
    after: state.parse(change.after),
  });
  return {
    manifest,
    describe: (input, context) => spec.describe(manifest.input.parse(input), context),
    configuration: (input, context) => spec.configuration(manifest.input.parse(input), context),
    predict: (input, before) => spec.predict(manifest.input.parse(input), state.parse(before)),
    shown: (change) => spec.shown?.(typed(change)) ?? { before: change.before, after: change.after },
    facts: (change, context) => spec.facts(typed(change), context),
    losses: (change, context) => spec.losses(typed(change), context),
    dryRun: (change, context) => spec.dryRun(typed(change), context),
    apply: (change, context) => spec.apply(typed(change), context),
    isHalfWay: (change, now) => spec.isHalfWay?.(typed(change), state.parse(now)) ?? false,
    postCondition: (change, now) => spec.postCondition(typed(change), state.parse(now)),
    alsoTouches: (change) => spec.alsoTouches?.(typed(change)) ?? { refs: [] },
    guards: async (change, context, since) => (await spec.guards?.(typed(change), context, since)) ?? [],
    whenRefused: async (change, facts, context) => spec.whenRefused?.(typed(change), facts, context),
    inverse: (change) => spec.inverse(typed(change)),
  };
};

import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { CheckreinError, ToolRefusal } from '../contracts/errors.ts';
import type { Json } from '../contracts/json.ts';
import type { Cloud } from '../contracts/ports.ts';
import { AWS, factsOf, providerOf, type ProviderCall } from '../contracts/tool.ts';
import { KERNEL_FACTS, NO_CUT, type FactName } from '../contracts/facts.ts';
import type { Inverse } from '../contracts/plan.ts';
import type { Change, ChangeContext, ChangeTool, ObserveTool, ToolContext, ToolFiles } from './tool.ts';

/**
 * A tool of a team's own, held to its manifest before the kernel holds it: what it breaks is a refusal that names its file, so
 * that the incident goes on without it, and people read what to mend.
 */
export const ownObserveTool = (tool: ObserveTool, files: ToolFiles): ObserveTool => {
  const own = ownOf(tool.manifest.name, files);
  return {
    manifest: tool.manifest,
    run: (input, context) => own.guarded('run', () => tool.run(input, reading(tool, own, context))),
  };
};

/** The same of a change tool. */
export const ownChangeTool = (tool: ChangeTool, files: ToolFiles): ChangeTool => {
  const own = ownOf(tool.manifest.name, files);
  const { guarded, pure } = own;
  const limited = (context: ToolContext): ToolContext => reading(tool, own, context);
  const changing = (context: ChangeContext): ChangeContext => ({
    ...context,
    ...limited(context),
    change: listed(tool, own, context.change, 'changes'),
  });
  return {
    manifest: tool.manifest,
    describe: (input, context) => guarded('describe', () => tool.describe(input, limited(context))),
    configuration: (input, context) => guarded('configuration', () => tool.configuration(input, limited(context))),
    predict: (input, before) => pure('predict', () => tool.predict(input, before)),
    shown: (change) => pure('shown', () => tool.shown(change)),
    facts: (change, context) =>
      guarded('facts', async () => {
        // Here, because facts are asked for before a change only: nothing may stop a rollback.
        throwUnlessBack(tool, own, change);
        return allFacts(tool, own, await tool.facts(change, limited(context)));
      }),
    losses: (change, context) => guarded('losses', () => tool.losses(change, limited(context))),
    dryRun: (change, context) => guarded('dryRun', () => tool.dryRun(change, changing(context))),
    // What it throws is left as it is: the kernel finds out itself how far a change got that ended without an answer.
    apply: (change, context) => tool.apply(change, changing(context)),
    isHalfWay: (change, now) => pure('isHalfWay', () => tool.isHalfWay(change, now)),
    postCondition: (change, now) => pure('postCondition', () => tool.postCondition(change, now)),
    alsoTouches: (change) => pure('alsoTouches', () => tool.alsoTouches(change)),
    guards: (change, context, since) => guarded('guards', () => tool.guards(change, limited(context), since)),
    whenRefused: (change, facts, context) =>
      guarded('whenRefused', () => tool.whenRefused(change, facts, limited(context))),
    inverse: (change) => pure('inverse', () => tool.inverse(change)),
  };
};

type Own = ReturnType<typeof ownOf>;

const ownOf = (name: string, files: ToolFiles) => {
  /** A refusal that says what of this tool is to be mended. */
  const broken = (problem: string, expected: string): ToolRefusal =>
    new ToolRefusal(`The tool ${name} (${files.tool}) ${problem}. Expected: ${expected}. Its authors have to mend it.`);
  const worded = (method: string, error: unknown): unknown => {
    if (error instanceof CheckreinError || error instanceof z.ZodError) return error;
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return broken(`failed in ${method}: ${why}`, 'ToolRefusal with a reason for what cannot be done');
  };
  const pure = <T>(method: string, run: () => T): T => {
    try {
      return run();
    } catch (error) {
      throw worded(method, error);
    }
  };
  const guarded = async <T>(method: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw worded(method, error);
    }
  };
  return { files, broken, pure, guarded };
};

const reading = (tool: ObserveTool | ChangeTool, own: Own, context: ToolContext): ToolContext => ({
  ...context,
  cloud: listed(tool, own, context.cloud, 'reads'),
});

/** A cloud that refuses a call that the manifest does not list, in words about the tool. */
const listed = (tool: ObserveTool | ChangeTool, own: Own, cloud: Cloud, list: 'reads' | 'changes'): Cloud => {
  const { manifest } = tool;
  const calls: readonly ProviderCall[] =
    list === 'reads' ? manifest.reads : manifest.kind === 'change' ? manifest.changes : [];
  return {
    account: cloud.account,
    region: cloud.region,
    send: async (request) => {
      const { service, command } = request;
      if (calls.some((call) => call.service === service && call.command === command)) return cloud.send(request);
      const name = providerOf(manifest) === AWS ? `${service}:${command}` : `${service}: ${command}`;
      const known = calls.map((call) => `${call.service}:${call.command}`).join(', ') || 'none';
      throw own.broken(
        `called ${name}, which its manifest does not list, so it was not sent`,
        `a line for it in ${list} of ${own.files.manifest} (listed: ${known})`,
      );
    },
  };
};

/** What the kernel adds, and what `capacity: 'none'` says, is not the tool's to compute. */
const allFacts = <F extends object>({ manifest }: ChangeTool, own: Own, facts: F): F => {
  const given: Readonly<Partial<Record<FactName, unknown>>> = facts;
  const others: readonly FactName[] = KERNEL_FACTS;
  const missing = factsOf(manifest).filter(
    (name) =>
      !others.includes(name) &&
      !(manifest.capacity === 'none' && name in NO_CUT) &&
      !(typeof given[name] === 'boolean' || Number.isSafeInteger(given[name])),
  );
  if (missing.length === 0) return facts;
  throw own.broken(
    `returned no value of the facts ${missing.join(', ')}, so no policy can be asked`,
    `a whole number or a boolean for each of the facts of ${own.files.manifest}; what cannot be computed throws ToolRefusal`,
  );
};

/** A rollback that would not bring the old state back would be approved as one that does. */
const throwUnlessBack = (tool: ChangeTool, own: Own, change: Change): void => {
  const inverse = tool.inverse(change);
  if (!inverse.reversible) return;
  const expected = 'an input by which predict comes back to the state before, or reversible: false with the reason';
  const input = tool.manifest.input.safeParse(inverse.input);
  if (!input.success)
    throw own.broken(`has an inverse that its own input refuses: ${z.prettifyError(input.error)}`, expected);
  const back = backTo(tool, inverse, change);
  if ('state' in back && isBack(tool, inverse, change, back.state)) return;
  const found = 'state' in back ? `it leads to ${JSON.stringify(back.state)}` : `predict refuses it (${back.why})`;
  throw own.broken(
    `has an inverse that does not bring the old state ${JSON.stringify(change.before)} back: ${found}`,
    expected,
  );
};

type Reversible = Extract<Inverse, { reversible: true }>;

const backTo = (tool: ChangeTool, { input }: Reversible, { after }: Change): { state: Json } | { why: string } => {
  try {
    return { state: tool.predict(input, after) };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
};

/** What the tool itself takes for the predicted state is enough, as after a rollback. */
const isBack = (tool: ChangeTool, { input }: Reversible, change: Change, state: Change['after']): boolean =>
  isDeepStrictEqual(state, change.before) ||
  tool.postCondition({ input, target: change.target, before: change.after, after: state }, change.before).holds;

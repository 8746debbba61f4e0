import type { TraceEvent } from '../../contracts/events.ts';
import { NO_CUT, type Facts } from '../../contracts/facts.ts';
import type { Json } from '../../contracts/json.ts';
import type { Inverse } from '../../contracts/plan.ts';
import { ToolRefusal } from '../../contracts/errors.ts';
import type { Ledger } from '../../contracts/ports.ts';
import { factsOf, providerOf } from '../../contracts/tool.ts';
import type { Change, ChangeTool, ToolContext } from '../../tools/tool.ts';
import { targetInForce, type EnvironmentSettings } from './environment.ts';
import { clusterTargetFault, targetFault } from './target-fault.ts';
import { ledgerFacts } from './ledger-facts.ts';
import { providerNamed } from '../../contracts/provider.ts';
import type { ToolPorts } from '../../tools/installed.ts';

/** A proposed change, as code has worked it out before policy is asked. */
export interface ProposedChange {
  readonly change: Change;
  readonly inverse: Inverse;
}

/** What describing a target needs besides its tool. */
export interface DescribingPorts extends ToolPorts {
  readonly rules: { readonly settings: EnvironmentSettings };
}

/**
 * Describes the target and predicts the change. Throws `ToolRefusal` or `CloudError`, whose message the model reads.
 */
export const prepareChange = async (
  tool: ChangeTool,
  input: Json,
  context: ToolContext,
  { installed, rules }: DescribingPorts,
): Promise<ProposedChange> => {
  const provider = providerNamed(installed.providers, providerOf(tool.manifest));
  const { target: found, state } = await tool.describe(input, context);
  const fault = targetFault(found, provider) ?? clusterTargetFault(found, input, tool.manifest);
  if (fault !== undefined) throw new ToolRefusal(fault);
  const target = targetInForce(found, rules.settings);
  const change: Change = { input, target, before: state, after: tool.predict(input, state) };
  return { change, inverse: tool.inverse(change) };
};

/**
 * All facts about a change: the tool's own and the kernel's. A declared fact that is missing, or is neither a whole
 * number nor a boolean, is a refusal, since Cedar would silently skip a policy about it.
 */
export const factsAbout = async (
  tool: ChangeTool,
  proposed: ProposedChange,
  context: ToolContext,
  ledger: Ledger,
  events: readonly TraceEvent[],
): Promise<Facts> => {
  const now = context.clock.now();
  const losses = await tool.losses(proposed.change, context);
  const facts: Facts = {
    ...(tool.manifest.capacity === 'none' ? NO_CUT : {}),
    ...(await tool.facts(proposed.change, context)),
    reversible: proposed.inverse.reversible && losses.length === 0,
    ...(await ledgerFacts(ledger, events, context.subject.location, proposed.change.target, now)),
  };
  const missing = factsOf(tool.manifest).filter(
    (name) => !(typeof facts[name] === 'boolean' || Number.isSafeInteger(facts[name])),
  );
  if (missing.length > 0)
    throw new ToolRefusal(`These facts could not be computed, so no policy can be asked: ${missing.join(', ')}.`);
  return facts;
};

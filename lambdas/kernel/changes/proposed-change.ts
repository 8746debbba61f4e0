import type { Alarm } from '../../contracts/alarm.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import { NO_CUT, type Facts } from '../../contracts/facts.ts';
import type { Json } from '../../contracts/json.ts';
import type { Inverse, Target } from '../../contracts/plan.ts';
import { ToolRefusal } from '../../contracts/errors.ts';
import type { Ledger } from '../../contracts/ports.ts';
import { factsOf } from '../../contracts/tool.ts';
import type { Change, ChangeTool, ToolContext } from '../../tools/tool.ts';
import { lastChange } from '../limits/cooldown.ts';
import { canonical } from '../trace/canonical.ts';
import { allOf, findPlan, lastOf } from '../trace/queries.ts';
import { targetInForce, type EnvironmentSettings } from './environment.ts';

/** Stands for "never", in minutes: longer than any cooldown. */
const NEVER = 1_000_000;

/** A proposed change, as code has worked it out before policy is asked. */
export interface ProposedChange {
  readonly change: Change;
  readonly inverse: Inverse;
}

/**
 * Describes the target and predicts the change. Throws `ToolRefusal` or `CloudError`, whose message the model reads.
 */
export const prepareChange = async (
  tool: ChangeTool,
  input: Json,
  context: ToolContext,
  settings: EnvironmentSettings,
): Promise<ProposedChange> => {
  const { target: found, state } = await tool.describe(input, context);
  const target = targetInForce(found, settings);
  const change: Change = { input, target, before: state, after: tool.predict(input, state) };
  return { change, inverse: tool.inverse(change) };
};

const minutesSince = (iso: string | undefined, now: Date): number =>
  iso === undefined ? NEVER : Math.max(0, Math.floor((now.getTime() - Date.parse(iso)) / 60_000));

/** Whether the incident's newest change failed and left the target as it was. Then there is no effect to wait for. */
const hadNoEffect = (events: readonly TraceEvent[], target: Target, lastChangeAt: string): boolean => {
  const finished = lastOf(events, 'apply.finished');
  if (finished?.data.outcome !== 'failed' || finished.data.purpose !== 'apply' || lastChangeAt > finished.at)
    return false;
  const plan = findPlan(events, finished.data.digest)?.plan;
  return plan?.target.arn === target.arn && canonical(plan.before) === canonical(finished.data.state);
};

const kernelFacts = async (
  ledger: Ledger,
  events: readonly TraceEvent[],
  alarm: Alarm | null,
  proposed: ProposedChange,
  losses: readonly string[],
  now: Date,
): Promise<Facts> => {
  const { target } = proposed.change;
  const changed = await lastChange(ledger, target.arn);
  const lastChangeCounts = changed !== undefined && !hadNoEffect(events, target, changed.lastChangeAt);
  const applied = allOf(events, 'apply.finished').filter(
    ({ data }) => data.purpose === 'apply' && data.outcome !== 'failed',
  );
  return {
    reversible: proposed.inverse.reversible && losses.length === 0,
    evidenceCount: allOf(events, 'evidence.gathered').filter(({ data }) => data.outcome === 'ok').length,
    minutesSinceLastChange: minutesSince(lastChangeCounts ? changed.lastChangeAt : undefined, now),
    minutesSinceLastCut: minutesSince(changed?.lastCutAt, now),
    changesThisIncident: applied.length,
    // Without an alarm there is no account to compare with; the cloud port is of one account and Region.
    sameAccount: alarm === null || target.account === alarm.account,
    sameRegion: alarm === null || target.region === alarm.region,
    hourUtc: now.getUTCHours(),
    weekday: ((now.getUTCDay() + 6) % 7) + 1,
  };
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
    ...(await kernelFacts(ledger, events, context.alarm, proposed, losses, now)),
  };
  const missing = factsOf(tool.manifest).filter(
    (name) => !(typeof facts[name] === 'boolean' || Number.isSafeInteger(facts[name])),
  );
  if (missing.length > 0)
    throw new ToolRefusal(`These facts could not be computed, so no policy can be asked: ${missing.join(', ')}.`);
  return facts;
};

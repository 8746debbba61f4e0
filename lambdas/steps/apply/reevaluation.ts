import type { Facts } from '../../contracts/facts.ts';
import { contractBroken } from '../../contracts/errors.ts';
import { passed, refused, SharedValue, type CheckResult } from '../../kernel/changes/checks.ts';
import { approvedBy } from '../../kernel/changes/grants.ts';
import { factsAbout, prepareChange, type ProposedChange } from '../../kernel/changes/proposed-change.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { reevaluatePlan, type Reevaluation } from '../../kernel/policy/reevaluation.ts';
import { toolResult } from '../../kernel/redaction/tool-errors.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import type { ApplyPorts } from './ports.ts';
import type { PendingChange } from './pending-change.ts';
import { alarmNow } from './recovery.ts';

/** How long Apply waits for what it reads again. Longer than that, the target could change under it. */
const REREAD_SECONDS = 5;

const AGAIN = 'Look at the target again, and propose again if the change is still needed.';

/** The change as it would be made now, and the facts about it. */
export interface FactsNow {
  readonly proposed: ProposedChange;
  readonly facts: Facts;
}
type Read<T> = Awaited<ReturnType<typeof toolResult<T>>>;

/**
 * The facts about the change as of now, by the code that computed them for its proposal. The cost stays as approved. The grant of
 * people, which is checked before, covers the facts of the plan; that of a policy does not prove that they were ever true.
 */
const factsNow = async (pending: PendingChange, { events }: Journal, ports: ApplyPorts): Promise<Read<FactsNow>> => {
  const { ledger, clock } = ports;
  const {
    planned: { plan },
    tool,
    grant,
  } = pending;
  const byPeople = grant !== undefined && approvedBy(grant) === 'people';
  const context = byPeople ? { ...pending.context, planned: plan.facts } : pending.context;
  const reading = toolResult(async () => {
    const proposed = await prepareChange(tool, plan.input, context, ports);
    return { proposed, facts: await factsAbout(tool, proposed, context, ledger, events) };
  });
  const read = await clock.within(REREAD_SECONDS * 1000, reading);
  const message = `The facts about this change could not be computed again within ${REREAD_SECONDS} seconds.`;
  return read?.value ?? { ok: false, error: { code: 'TooSlow', message } };
};

/** What Apply reads again right before a change. */
export interface Now {
  readonly facts: Read<FactsNow>;
  readonly alarm: CheckResult;
}

/** What Apply reads again right before a change, facts and alarm side by side, and what policy says about the facts. */
export const reevaluationOf = (pending: PendingChange, journal: Journal, ports: ApplyPorts) => {
  const now = new SharedValue<Now>(async () => {
    const [facts, alarm] = await Promise.all([
      factsNow(pending, journal, ports),
      alarmNow(pending, journal, ports, REREAD_SECONDS),
    ]);
    return { facts, alarm };
  });
  const decision = new SharedValue<Reevaluation>(async () => {
    const { planned, grant } = pending;
    const { tool, report, agent } = planned.plan;
    const { facts } = await now.get();
    if (!facts.ok || grant === undefined) throw contractBroken('Policy was asked without facts or without a grant.');
    const { target } = facts.value.proposed.change;
    const question = { agent: agentOf(ports.rules, agent), tool, report, target, facts: facts.value.facts };
    return reevaluatePlan(ports, question, grant, journal.events);
  });
  return { now, decision };
};

export const checkFacts = async (now: SharedValue<Now>): Promise<CheckResult> => {
  const { facts } = await now.get();
  return facts.ok
    ? passed(`${Object.keys(facts.value.facts).length} facts were computed again.`)
    : refused(`${facts.error.message} Without them policy cannot be asked again. ${AGAIN}`);
};

/**
 * Whether policy still permits a change that people approved. Refuses without tripping a breaker: the agent's proposal
 * was in order when it was made. A rollback is not asked about again.
 */
export const checkPolicy = async (
  { purpose }: PendingChange,
  decision: SharedValue<Reevaluation>,
): Promise<CheckResult | undefined> => {
  if (purpose === 'rollback') return undefined;
  const { verdict, reason } = await decision.get();
  return verdict === 'permitted'
    ? passed(reason)
    : refused(`Policy was asked again and does not permit it now: ${reason} ${AGAIN}`);
};

export const checkRecovery = async (now: SharedValue<Now>): Promise<CheckResult> => (await now.get()).alarm;

import * as z from 'zod';
import type { Agent } from '../../contracts/agent.ts';
import type { Check } from '../../contracts/checks.ts';
import type { EventData, TraceEvent } from '../../contracts/events.ts';
import type { Json } from '../../contracts/json.ts';
import { trippedBreaker } from '../../kernel/limits/breaker.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { decidePlan } from '../../kernel/policy/plan-decision.ts';
import { allOf, findPlan, plansOf, type PlanOnTrace, type ToolCall } from '../../kernel/trace/queries.ts';
import type { AuthorizePorts } from './ports.ts';

type PlanResult = EventData<'plan.judged'>;

const Confirm = z.object({ plan: z.string() });
const nameOf = (input: Json): string => {
  const confirm = Confirm.safeParse(input);
  return confirm.success ? confirm.data.plan : '';
};

/** Why a plan of this incident can no longer be confirmed. A plan is confirmed once, and only the newest one. */
const staleness = (events: readonly TraceEvent[], plan: PlanOnTrace): string | undefined => {
  const settled = allOf(events, 'plan.judged').find((event) => event.data.digest === plan.digest)?.data;
  if (settled !== undefined)
    return settled.handle === plan.handle
      ? `${plan.handle} was confirmed before. Propose the change again if it is still wanted; that makes a new plan.`
      : `${plan.handle} is ${settled.handle} again to the letter, which was confirmed before. Observe what has changed since, then propose.`;
  const newest = plansOf(events).at(-1);
  if (newest !== undefined && newest.digest !== plan.digest)
    return `${plan.handle} was replaced by ${newest.handle}. Only the newest plan can be confirmed.`;
  return undefined;
};

const refused = (
  handle: string,
  check: Check['check'],
  reason: string,
  known: Partial<PlanResult> = {},
): PlanResult => ({
  handle,
  digest: null,
  facts: {},
  statements: [],
  trips: null,
  approvalsNeeded: 0,
  ...known,
  checks: [...(known.checks ?? []), { check, outcome: 'refused', reason }],
  verdict: 'refused',
});

/** Holds a confirmed plan to policy, now with the facts of its dry run: refused, a human's to approve, or free. */
export const authorizePlan = async (
  journal: Journal,
  ports: AuthorizePorts,
  agent: Agent,
  call: ToolCall,
): Promise<PlanResult> => {
  const name = nameOf(call.input).slice(0, 80);
  const found = findPlan(journal.events, name);
  if (found === undefined) {
    const known = plansOf(journal.events).map((plan) => plan.handle);
    return refused(
      name,
      'approval',
      `This incident has no plan ${JSON.stringify(name)}. ${known.length === 0 ? 'Propose a change first.' : `Plans: ${known.join(', ')}.`}`,
    );
  }
  const { handle, digest, plan } = found;
  const stale = staleness(journal.events, found);
  if (stale !== undefined) return refused(handle, 'approval', stale);
  const position = await ports.switch.read();
  if (position !== 'on')
    return refused(
      handle,
      'switch',
      `The kill switch is ${position}: changes are not applied. Conclude with ${handle} as what a human should do, or escalate.`,
      { digest },
    );
  const tripped = await trippedBreaker(ports.ledger, agent.name, plan.target.arn);
  if (tripped !== undefined) return refused(handle, 'breaker', tripped, { digest });
  const freeze = await ports.calendar.freeze();
  const checks: Check[] = [
    { check: 'switch', outcome: 'passed', reason: 'The kill switch is on.' },
    { check: 'breaker', outcome: 'passed', reason: 'The circuit breakers of agent and target are closed.' },
    {
      check: 'calendar',
      outcome: 'passed',
      reason:
        freeze === undefined ? 'There is no change freeze.' : `${freeze} Only a person can let this plan through.`,
    },
  ];
  const { asked, ...ruling } = decidePlan(ports.policy, { ...plan, agent, breakGlass: freeze !== undefined });
  const { statements, trips } = ruling;
  const known = { digest, facts: plan.facts, statements, trips, checks, ...(freeze !== undefined && { freeze }) };
  if (asked.plan.verdict === 'permitted')
    checks.push({ check: 'policy', outcome: 'passed', reason: asked.plan.reason });
  if (ruling.refusedBy !== null) return refused(handle, ruling.refusedBy, ruling.reason, known);
  return { handle, ...known, approvalsNeeded: ruling.approvalsNeeded, verdict: ruling.verdict };
};

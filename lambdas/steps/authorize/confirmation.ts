import * as z from 'zod';
import type { Agent } from '../../contracts/agent.ts';
import type { EventData, TraceEvent } from '../../contracts/events.ts';
import type { Json } from '../../contracts/json.ts';
import {
  passed,
  passedUnless,
  refused,
  runChecks,
  SharedValue,
  type CheckResult,
} from '../../kernel/changes/checks.ts';
import { trippedBreaker } from '../../kernel/limits/breaker.ts';
import { incidentPolicy } from '../../kernel/policy/incident-policy.ts';
import { decidePlan, type PlanDecision } from '../../kernel/policy/plan-decision.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { allOf, findPlan, plansOf, type PlanOnTrace, type ToolCall } from '../../kernel/trace/queries.ts';
import type { AuthorizePorts } from './ports.ts';
import { refOf } from '../../contracts/plan.ts';

type PlanResult = EventData<'plan.judged'>;

/** Runs the checks on a confirmed plan. Policy now has the dry run's report, and decides whether people must approve. */
export const authorizePlan = async (
  { events }: Journal,
  ports: AuthorizePorts,
  agent: Agent,
  call: ToolCall,
): Promise<PlanResult> => {
  const name = nameOf(call.input).slice(0, 80);
  const planned = findPlan(events, name);
  if (planned === undefined) return withoutDecision(name, null, [{ check: 'approval', ...unknownPlan(name, events) }]);
  const { handle, digest, plan } = planned;
  const freeze = new SharedValue(() => ports.calendar.freeze());
  const decision = new SharedValue(async () =>
    decidePlan(incidentPolicy(ports, events), { ...plan, agent, breakGlass: (await freeze.get()) !== undefined }),
  );
  const { checks, refusal } = await runChecks([
    { check: 'approval', run: () => checkNewest(planned, events) },
    { check: 'switch', run: () => checkSwitch(planned, ports) },
    { check: 'breaker', run: () => checkBreakers(planned, agent, ports) },
    { check: 'calendar', run: async () => checkCalendar(await freeze.get()) },
    { check: 'policy', run: async () => checkPolicy(await decision.get()) },
    { check: 'approval', run: async () => checkQuorum(await decision.get()) },
  ]);
  // A plan that never got to policy has only the refusal on the trace, not what passed before it.
  if (decision.known === undefined)
    return withoutDecision(handle, refusal?.check === 'approval' ? null : digest, checks.slice(-1));
  const { statements, trips, approvalsNeeded, verdict } = decision.known;
  const frozen = freeze.known !== undefined && { freeze: freeze.known };
  const { policiesOff } = ports.rules.settings;
  const off = policiesOff.length > 0 && { policiesOff };
  return { handle, digest, facts: plan.facts, statements, trips, checks, approvalsNeeded, verdict, ...frozen, ...off };
};

const Confirm = z.object({ plan: z.string() });
const nameOf = (input: Json): string => Confirm.safeParse(input).data?.plan ?? '';

const withoutDecision = (handle: string, digest: string | null, checks: PlanResult['checks']): PlanResult => ({
  handle,
  digest,
  facts: {},
  statements: [],
  trips: null,
  checks,
  approvalsNeeded: 0,
  verdict: 'refused',
});

const unknownPlan = (name: string, events: readonly TraceEvent[]): CheckResult => {
  const known = plansOf(events).map((plan) => plan.handle);
  const advice = known.length === 0 ? 'Propose a change first.' : `Plans: ${known.join(', ')}.`;
  return refused(`This incident has no plan ${JSON.stringify(name)}. ${advice}`);
};

/** A plan can be confirmed once, and only while it is the newest one. */
const checkNewest = ({ handle, digest }: PlanOnTrace, events: readonly TraceEvent[]): CheckResult | undefined => {
  const earlier = allOf(events, 'plan.judged').find((event) => event.data.digest === digest)?.data;
  if (earlier !== undefined)
    return refused(
      earlier.handle === handle
        ? `${handle} was confirmed before. Propose the change again if it is still wanted; that makes a new plan.`
        : `${handle} is ${earlier.handle} again to the letter, which was confirmed before. Observe what has changed since, then propose.`,
    );
  const newest = plansOf(events).at(-1);
  return newest === undefined || newest.digest === digest
    ? undefined
    : refused(`${handle} was replaced by ${newest.handle}. Only the newest plan can be confirmed.`);
};

const checkSwitch = async ({ handle }: PlanOnTrace, ports: AuthorizePorts): Promise<CheckResult> => {
  const position = await ports.switch.read();
  return position === 'on'
    ? passed('The kill switch is on.')
    : refused(
        `The kill switch is ${position}: changes are not applied. Conclude with ${handle} as what a human should do, or escalate.`,
      );
};

const checkBreakers = async ({ plan }: PlanOnTrace, agent: Agent, { ledger }: AuthorizePorts): Promise<CheckResult> =>
  passedUnless(
    await trippedBreaker(ledger, agent.name, refOf(plan.target)),
    'The circuit breakers of agent and target are closed.',
  );

/** Always passes. In a freeze the plan needs people, who can give a break-glass approval. */
const checkCalendar = (freeze: string | undefined): CheckResult =>
  passed(freeze === undefined ? 'There is no change freeze.' : `${freeze} Only a person can let this plan through.`);

const checkPolicy = ({ asked, refusedBy, reason }: PlanDecision): CheckResult =>
  refusedBy === 'policy' ? refused(reason) : passed(asked.plan.reason);

/** Refuses a plan that no number of approvals can release. */
const checkQuorum = ({ refusedBy, reason }: PlanDecision): CheckResult | undefined =>
  refusedBy === 'approval' ? refused(reason) : undefined;

import type { Conclusion } from '../../contracts/conclusion.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import { planStateOf, type PlanState } from '../../kernel/trace/plan-state.ts';
import { findPlan, plansOf } from '../../kernel/trace/queries.ts';

/** What contradicts a claim. The trace contradicts neither claim about a change whose result is unknown. */
const CONTRADICTION: Readonly<Record<PlanState, { readonly claimed: boolean; readonly says: string } | undefined>> = {
  'not-applied': { claimed: true, says: 'is not in place: it was never applied, or failed' },
  'rolled-back': { claimed: true, says: 'is not in place: it was applied and then rolled back' },
  'in-place': { claimed: false, says: 'is in place: it was applied and not rolled back' },
  unknown: undefined,
};

/** Where the plans of a conclusion differ from the trace: one that is wrong, missing or unknown. Undefined if nowhere. */
export const plansFault = (
  events: readonly TraceEvent[],
  { plans: claims = [] }: Pick<Conclusion, 'plans'>,
): string | undefined => {
  const plans = plansOf(events);
  const listed = new Set(claims.map(({ plan }) => findPlan(events, plan)?.digest));
  const missing = plans.filter(({ digest }) => !listed.has(digest));
  const faults = [
    ...claims.flatMap(({ plan, applied }) => {
      const known = findPlan(events, plan);
      if (known === undefined)
        return [`There is no plan "${plan}"; there is ${plans.map(({ handle }) => handle).join(', ') || 'none'}.`];
      const wrong = CONTRADICTION[planStateOf(events, known.digest)];
      return wrong?.claimed === applied ? [`${plan} ${wrong.says}, but you say applied: ${String(applied)}.`] : [];
    }),
    ...missing.map(({ handle }) => `${handle} is missing: list it in plans, with applied: true or false.`),
  ];
  return faults.length === 0 ? undefined : faults.join(' ');
};

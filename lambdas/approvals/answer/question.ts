import * as z from 'zod';
import type { TraceEvent } from '../../contracts/events.ts';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger } from '../../contracts/ports.ts';
import type { Rules } from '../../contracts/rules.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import { mayApproveNow } from '../../kernel/policy/entitlement.ts';
import { approvalIdOf } from '../../kernel/trace/approval-id.ts';
import { allOf, findPlan, type PlanOnTrace } from '../../kernel/trace/queries.ts';

/** The question as the ledger stores it. The task token leaves the ledger only to go back to Step Functions. */
const StoredQuestion = z.object({
  incidentId: z.string(),
  agent: z.string(),
  digest: z.string(),
  seq: z.int(),
  taskToken: z.string(),
  /** Where its links lead. Absent in questions of earlier versions. */
  pageUrl: z.string().optional(),
});
type StoredQuestion = z.infer<typeof StoredQuestion>;
/** The row of a question. */
export const questionRow = (approvalId: string): RowKey => ({
  family: FAMILY.approval,
  id: approvalId,
  part: 'question',
});

/** The question as it is stored now. */
export const fetchQuestion = async (ledger: Ledger, approvalId: string): Promise<StoredQuestion | undefined> => {
  const row = await ledger.fetch(questionRow(approvalId));
  return row === undefined ? undefined : StoredQuestion.parse(row.data);
};

/** The question with its plan and its trace. Undefined if there is no such question. */
export const findQuestion = async (ledger: Ledger, approvalId: string) => {
  const stored = await fetchQuestion(ledger, approvalId);
  if (stored === undefined) return undefined;
  const { incidentId, digest, pageUrl } = stored;
  // Ask may write the row. The id of the request binds it to one plan, which people saw or approved under this id.
  if (approvalIdOf(incidentId, digest) !== approvalId) return undefined;
  const events = await ledger.events(incidentId);
  const planned = findPlan(events, digest);
  const asked = allOf(events, 'approval.asked').find((event) => event.data.approvalId === approvalId);
  if (planned === undefined || asked === undefined) return undefined;
  return { incidentId, agent: planned.plan.agent, events, planned, asked: asked.data, pageUrl };
};
/** A question that was put to people. */
export type OpenQuestion = NonNullable<Awaited<ReturnType<typeof findQuestion>>>;

/** Whether a person is one of the approvers, and whether policy lets them approve this plan, as of now. */
export const entitlement = (
  ports: { readonly rules: Rules; readonly policy: PolicyEngine },
  id: string,
  { planned, events }: { readonly planned: PlanOnTrace; readonly events: readonly TraceEvent[] },
  breakGlass: boolean,
) => mayApproveNow(ports, id, planned.plan, events, breakGlass);

import type { DecideView } from '../../contracts/decide-api.ts';
import { refOf } from '../../contracts/plan.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import { changeById, headingOf, refText, targetLine } from '../../kernel/trace/heading.ts';
import { plain, quoted, sentence, type PlainText } from '../../kernel/trace/outside-text.ts';
import { impactLines, peopleNeeded, shown } from '../../kernel/trace/plan-text.ts';
import { allOf, lastOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import type { AnswerPorts } from '../answer/answer.ts';
import { outcomeSentence } from '../answer/outcome.ts';
import { backgroundLines } from '../ask/message.ts';
import { questionViewOf, type NoPage, type QuestionView } from '../page/page-view.ts';

/** Characters of one value. A trace has no longer ones: nothing of a change is left out. */
const WHOLE = 400_000;

/** The question as its approver is shown it in a terminal: what the page shows, as lines. */
export const decideView = async (
  approvalId: string,
  approver: string,
  ports: AnswerPorts,
): Promise<DecideView | NoPage> => {
  const view = await questionViewOf({ approvalId, approver }, ports);
  if ('message' in view) return view;
  const { question, mayApprove, freeze = null } = view;
  const { planned, asked, incidentId } = question;
  const { handle, digest, plan } = planned;
  const change = changeById(plan).toString();
  const given = approvalsGiven(view);
  const ended = endOf(view);
  const lines = linesOf(view, given).map(String);
  const { needed, expiresAt } = asked;
  return {
    ...{ status: 'question', approvalId, incidentId, approver, handle, digest, change, lines },
    ...{ needed, given, expiresAt, ended, freeze, mayApprove },
  };
};

const approvalsGiven = ({ question: { events, asked }, freeze }: QuestionView): string[] => {
  const counted = allOf(events, 'approval.answered').filter(
    ({ data }) => data.approvalId === asked.approvalId && data.counted && data.answer === 'approve',
  );
  const standing = counted.filter(({ data }) => freeze === undefined || data.breakGlass === true);
  return [...new Set(standing.map(({ data }) => data.approver))];
};

const endOf = ({ outcome, closed, now, question: { asked } }: QuestionView): string | null => {
  if (outcome !== undefined) return outcomeSentence(outcome);
  if (closed) return 'The incident was closed without an answer. Nothing can be changed in it any more.';
  if (Date.parse(asked.expiresAt) > now.getTime()) return null;
  return `The approval request expired at ${asked.expiresAt}. Silence counts as no.`;
};

const linesOf = (
  { question: { events, planned, asked }, freeze }: QuestionView,
  given: readonly string[],
): PlainText[] => {
  const statements = lastOf(events, 'plan.judged')?.data.statements ?? [];
  const approved = given.length === 0 ? 'nobody yet' : given.join(', ');
  return [
    ...changeInFull(planned),
    ...(freeze === undefined ? [] : [plain`There is a change freeze: ${quoted(freeze)}`]),
    plain`Needed: ${peopleNeeded(asked.needed, statements)} Approved by: ${approved}.`,
    plain``,
    ...backgroundLines(events, planned),
  ];
};

/** The whole change. A mail and the page clip long values; here nobody decides on a part. */
const changeInFull = ({ handle, digest, plan }: PlanOnTrace): PlainText[] => [
  headingOf(plan),
  plain`  target: ${targetLine(plan.target)}, environment ${plan.target.environment}`,
  plain`  ${refText(refOf(plan.target))}`,
  ...plan.report.diff.map(
    ({ field, before, after }) =>
      plain`  change: ${sentence(field, WHOLE)}: ${sentence(shown(before), WHOLE)} -> ${sentence(shown(after), WHOLE)}`,
  ),
  ...impactLines(plan.report).map((line) => plain`  ${line}`),
  plain`  input: ${sentence(canonical(plan.input), WHOLE)}`,
  plain`  plan: ${handle} ${digest}`,
];

import type { TraceEvent } from '../../contracts/events.ts';
import type { OutgoingMessage } from '../../kernel/model/notify.ts';
import { joined, lines, ours, plain, quoted, sentence, type PlainText } from '../../kernel/trace/outside-text.ts';
import { agentReasoning, changeLines, impactLines } from '../../kernel/trace/plan-text.ts';
import { allOf, openingOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';

/** Characters of the agent's words: as many as on the page. */
const WORDS_LIMIT = 2000;

/**
 * The e-mail that asks one approver: what they need to decide in half a minute. `link` is valid for them only. Change and
 * link come first; below them is what others wrote, each text on a line of its own.
 */
export const approvalMessage = (
  events: readonly TraceEvent[],
  planned: PlanOnTrace,
  expiresAt: string,
  link: string,
): OutgoingMessage => {
  const { plan, handle, digest } = planned;
  const freeze = allOf(events, 'plan.judged').at(-1)?.data.freeze;
  const text = lines([
    plain`Approve ${plan.tool} on ${plan.target.id}? It is in account ${plan.target.account}, ${plan.target.region}.`,
    ...changeLines(plan.report).map((line) => plain`  ${line}`),
    plain`Decide here before ${expiresAt} (opening the link does not decide anything): ${ours(link)}`,
    plain`Silence counts as no. Nothing has been changed yet. Plan ${handle} ${digest}.`,
    ...(freeze === undefined
      ? []
      : [plain`There is a change freeze. Approving requires a reason, and everyone is notified.`]),
    plain``,
    plain`What the dry run found (environment: ${plan.target.environment}):`,
    ...impactLines(plan.report).map((line) => plain`  ${line}`),
    ...(freeze === undefined ? [] : [plain`Change freeze: ${quoted(freeze)}`]),
    plain``,
    plain`Policies that determined the decision:`,
    ...policyLines(events),
    plain``,
    whatBroke(events),
    ...suspicionWarning(events),
    plain``,
    ...agentsWords(events, planned),
  ]);
  return { subject: plain`Approve? ${plan.tool} on ${plan.target.id}`, text };
};

const whatBroke = (events: readonly TraceEvent[]): PlainText => {
  const { alarm } = openingOf(events).data;
  if (alarm === null) return plain`An event, not an alarm, opened this incident.`;
  const { name, account, region, since, reason } = alarm;
  return plain`What broke: ${name} in ${account}, ${region}, since ${since}. CloudWatch says: ${quoted(reason)}`;
};

const policyLines = (events: readonly TraceEvent[]): PlainText[] =>
  (allOf(events, 'plan.judged').at(-1)?.data.statements ?? []).map(
    ({ effect, id, severity, reason }) =>
      plain`  ${effect} ${id}${severity === undefined ? '' : plain` (${severity})`}: ${sentence(reason)}`,
  );

const agentsWords = (events: readonly TraceEvent[], planned: PlanOnTrace): PlainText[] => {
  const words = agentReasoning(events, planned);
  const { agent } = planned.plan;
  return words === ''
    ? [plain`The agent ${agent} gave no reason.`]
    : [plain`In the words of the agent ${agent}, not checked: ${quoted(words, WORDS_LIMIT)}`];
};

const suspicionWarning = (events: readonly TraceEvent[]): PlainText[] => {
  const suspicious = allOf(events, 'evidence.gathered').filter(({ data }) => data.suspicions.length > 0);
  if (suspicious.length === 0) return [];
  return [
    plain`Warning: text in the evidence looks like an attempt to instruct the agent.`,
    ...suspicious.map(
      ({ data }) =>
        plain`  ${data.evidence} (${data.tool}): ${joined(
          data.suspicions.map((one) => sentence(one, 200)),
          '; ',
        )}`,
    ),
  ];
};

import type { Statement } from '../../contracts/checks.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import type { Json } from '../../contracts/json.ts';
import type { DryRunReport } from '../../contracts/plan.ts';
import { joined, plain, sentence, type PlainText } from './outside-text.ts';
import { allOf, type PlanOnTrace } from './queries.ts';

/** Texts that several steps use: for the model, for approvers, in the report. */

/** A JSON value as a person would write it in a diff. */
export const shown = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** US cents as dollars with a sign. */
const dollars = (cents: number): string => `${cents < 0 ? '-' : '+'}$${(Math.abs(cents) / 100).toFixed(2)}`;

/** What a change costs, in a few words. */
export const costHeadline = ({
  deltaCentsPerMonth: cents,
  requestsDeltaCentsPerMonth: requests,
}: DryRunReport['cost']): string => {
  if (cents === null && requests !== undefined) return requestsHeadline(requests);
  if (cents === null) return 'Unknown';
  return cents === 0 ? 'No difference' : `${dollars(cents)} a month`;
};

/** Requests are no bill: what is saved is saved once nodes shrink. */
const requestsHeadline = (cents: number): string =>
  cents === 0
    ? 'No difference'
    : `$${(Math.abs(cents) / 100).toFixed(2)} of requests a month ${cents < 0 ? 'less' : 'more'}`;

/** What a change interrupts, in a few words. */
export const DISRUPTION: Record<DryRunReport['disruption']['level'], PlainText> = {
  none: plain`No interruption`,
  brief: plain`Brief interruption`,
  interrupts: plain`Interrupts service`,
};

/** Micro-dollars as dollars, for model costs. */
export const modelCost = (microUsd: number): string => `$${(microUsd / 1_000_000).toFixed(4)}`;

const ISO = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/;

/** A time of the trace, to the minute. */
export const minuteOf = (at: string): PlainText => {
  const [, day, minute] = ISO.exec(at) ?? [];
  return day === undefined || minute === undefined ? plain`${at}` : plain`${day} ${minute} UTC`;
};

/** What would change, setting by setting. */
export const changeLines = ({ diff }: DryRunReport): PlainText[] =>
  diff.map((line) => plain`change: ${line.field}: ${shown(line.before)} -> ${shown(line.after)}`);

/** What the change means: cost, disruption, rollback and checks. */
export const impactLines = ({ cost, disruption, rollback, checks }: DryRunReport): PlainText[] => [
  plain`cost: ${sentence(cost.says)}`,
  plain`disruption (${disruption.level}): ${sentence(disruption.says)}`,
  plain`rollback: ${sentence(rollback.says)}`,
  ...checks.map(checkLine),
];

/** One check of a dry run. */
export const checkLine = ({ name, outcome, detail }: DryRunReport['checks'][number]): PlainText =>
  plain`check ${sentence(name, 100)}: ${outcome}. ${sentence(detail)}`;

/**
 * The policies that determined how many people must approve. Those that forbid a smaller number do, if there are any; the
 * permits beside them would contradict them (“one approval suffices”).
 */
export const decisiveStatements = (statements: readonly Statement[]): readonly Statement[] => {
  const objections = statements.filter(({ effect }) => effect === 'forbid');
  return objections.length === 0 ? statements : objections;
};

/** How many people must approve, and why if one is not enough: `2 people. Why: …`. Two questions to policy may get one answer. */
export const peopleNeeded = (needed: number, statements: readonly Statement[]): PlainText => {
  if (needed <= 1) return plain`one person.`;
  const reasons = new Set(statements.filter(({ effect }) => effect === 'forbid').map(({ reason }) => reason));
  const objections = [...reasons].map((reason) => sentence(reason));
  return objections.length === 0 ? plain`${needed} people.` : plain`${needed} people. Why: ${joined(objections, ' ')}`;
};

/** A dry-run report as lines: diff, cost, disruption, rollback and checks. */
export const reportLines = (report: DryRunReport): PlainText[] => [...changeLines(report), ...impactLines(report)];

/** What the model reads after a dry run. */
export const planReport = ({ handle, digest, plan }: PlanOnTrace): string =>
  [
    `Nothing has been changed yet. Your proposal passed its dry run and is now plan ${handle} (${digest}): ${plan.tool} on ${plan.target.id}.`,
    ...reportLines(plan.report).map((line) => `- ${String(line)}`),
    `Do you confirm? Call confirm_plan with plan "${handle}", or propose something else.`,
  ].join('\n');

/** Why the agent wants a change, in its own words: the reason in its proposal, then its newest prose. */
export const agentReasoning = (events: readonly TraceEvent[], { plan }: PlanOnTrace): string => {
  const prose = allOf(events, 'model.called').flatMap((turn) =>
    turn.data.content.flatMap((block) => (block.type === 'text' ? [block.text.trim()] : [])),
  );
  const why = plan.input['why'];
  return [typeof why === 'string' ? why.trim() : '', prose.at(-1) ?? ''].filter((text) => text !== '').join('\n\n');
};

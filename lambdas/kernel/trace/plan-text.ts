import type { Json } from '../../contracts/json.ts';
import type { DryRunReport } from '../../contracts/plan.ts';
import type { PlanOnTrace } from './queries.ts';

/** Sentences that several steps say: to the model, to approvers, in the report. */

/** A JSON value as a person would write it in a diff. */
export const shown = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** US cents as dollars with a sign. */
export const dollars = (cents: number): string => `${cents < 0 ? '-' : '+'}$${(Math.abs(cents) / 100).toFixed(2)}`;

/** Micro-dollars as dollars, for what the model cost. */
export const modelCost = (microUsd: number): string => `$${(microUsd / 1_000_000).toFixed(4)}`;

/** A report, line by line: what changes, what it costs, whom it disturbs, how it is undone, what was checked. */
export const reportLines = (report: DryRunReport): string[] => [
  ...report.diff.map((line) => `change: ${line.field}: ${shown(line.before)} -> ${shown(line.after)}`),
  `cost: ${report.cost.says}`,
  `disruption (${report.disruption.level}): ${report.disruption.says}`,
  `rollback: ${report.rollback.says}`,
  ...report.checks.map((check) => `check ${check.name}: ${check.outcome}. ${check.detail}`),
];

/** What the model reads after a dry run. */
export const planReport = ({ handle, digest, plan }: PlanOnTrace): string =>
  [
    `Nothing has been changed yet. Your proposal passed its dry run and is now plan ${handle} (${digest}): ${plan.tool} on ${plan.target.id}.`,
    ...reportLines(plan.report).map((line) => `- ${line}`),
    `Do you confirm? Call confirm_plan with plan "${handle}", or propose something else.`,
  ].join('\n');

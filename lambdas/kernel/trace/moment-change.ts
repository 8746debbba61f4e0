import type { Json } from '../../contracts/json.ts';
import type { MomentChange } from '../../contracts/moment.ts';
import { refOf, type DiffLine, type DryRunReport } from '../../contracts/plan.ts';
import { headingOf } from './heading.ts';
import { oneLine, ours, plain, quoted, sentence, type PlainText } from './outside-text.ts';
import { costHeadline, DISRUPTION, shown } from './plan-text.ts';
import type { PlanOnTrace } from './queries.ts';

/** Characters of a value on one line, and bytes of all lines: longer ones are read on the approval page. */
const VALUE_LIMIT = 1000;
const LINES_LIMIT = 32 * 1024;
/** Characters of an id, and of an ARN. */
const NAME_LIMIT = 256;
const REF_LIMIT = 2048;

/** The change of a plan, as people outside the flow read it. */
export const momentChange = ({ handle, digest, plan }: PlanOnTrace): MomentChange => {
  const { tool, target, report } = plan;
  const { cost, disruption, rollback } = report;
  const name = (text: string): string => oneLine(text, NAME_LIMIT);
  return {
    handle: name(handle),
    digest,
    tool: name(tool),
    heading: String(headingOf(plan)),
    target: {
      id: name(target.id),
      ref: oneLine(refOf(target), REF_LIMIT),
      account: name(target.account),
      region: name(target.region),
      environment: name(target.environment),
    },
    lines: linesOf(report.diff),
    cost: String(costOf(cost)),
    disruption: String(plain`${DISRUPTION[disruption.level]}. ${sentence(disruption.says)}`),
    rollback: String(sentence(rollback.says)),
  };
};

/** The sentence of a tool, and before it the amount, unless it begins with that. */
const costOf = (cost: DryRunReport['cost']): PlainText => {
  const headline = costHeadline(cost);
  return cost.says.startsWith(headline) ? sentence(cost.says) : plain`${ours(headline)}. ${sentence(cost.says)}`;
};

/** All settings, or null: who reads a part of a change must not take it for the whole. */
const linesOf = (diff: readonly DiffLine[]): string[] | null => {
  const lines = diff.map(lineOf).filter((line) => line !== undefined);
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  return lines.length === diff.length && bytes <= LINES_LIMIT ? lines : null;
};

const lineOf = ({ field, before, after }: DiffLine): string | undefined => {
  const [from, to] = [valueOf(before), valueOf(after)];
  if (!fitsLine(field) || from === undefined || to === undefined) return undefined;
  return String(plain`${field}: ${from} → ${to}`);
};

/** A value as a whole, or undefined if a line would show another one. */
const valueOf = (value: Json): PlainText | undefined => {
  const text = shown(value);
  if (!fitsLine(text)) return undefined;
  // JSON shows its own ends. A text that is more than one word stands in quotes, so it can have none.
  if (typeof value !== 'string') return sentence(text, VALUE_LIMIT * 2);
  if (/^[\w.:@/+=%-]+$/.test(text)) return sentence(text, VALUE_LIMIT * 2);
  const inQuotes = quoted(text, VALUE_LIMIT * 2);
  return String(inQuotes) === `"${oneLine(text, VALUE_LIMIT * 2)}"` ? inQuotes : undefined;
};

/** Whether a text is the same on one line: short, and without white space that a line would shorten. */
const fitsLine = (text: string): boolean => text.length <= VALUE_LIMIT && text === text.replace(/\s+/g, ' ').trim();

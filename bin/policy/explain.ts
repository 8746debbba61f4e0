import { join } from 'node:path';
import { parseJson } from '../../lambdas/contracts/json.ts';
import { Plan } from '../../lambdas/contracts/plan.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { digestOf } from '../../lambdas/kernel/trace/canonical.ts';
import { policyEngine } from '../../lambdas/kernel/policy/engine.ts';
import { schemaProblems, formatProblem } from '../../lambdas/kernel/policy/rules/schema-problems.ts';
import { findPlan, plansOf, type PlanOnTrace } from '../../lambdas/kernel/trace/queries.ts';
import { shown } from '../../lambdas/kernel/trace/plan-text.ts';
import { applicationAt, type ApplicationFlags } from '../../local/application.ts';
import { readText } from '../../local/files.ts';
import { explainPlan, type ExplainedAnswer, type Explanation } from './explanation.ts';
import { coloursFor } from '../io/timeline-lines.ts';
import { readTrace } from '../io/trace-file.ts';
import { plain, sentence, styled, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import { printer, printJson } from '../io/output.ts';

/** Flags of `checkrein policy explain`. */
export interface ExplainFlags extends ApplicationFlags {
  readonly plan: string;
  readonly planHandle?: string;
  readonly json?: boolean;
}

/** The plan in a file, which is either a plan or a trace with plans in it. */
const planIn = ({ plan: path, planHandle: handle }: ExplainFlags): PlanOnTrace => {
  const value = parseJson(readText('--plan', path));
  const isEvent = typeof value === 'object' && value !== null && 'hash' in value;
  if (value !== undefined && !isEvent) {
    const parsed = Plan.safeParse(value);
    if (parsed.success) return { handle: handle ?? 'The plan', digest: digestOf(parsed.data), plan: parsed.data };
    const problems = schemaProblems(Plan, value, parsed.error).map(formatProblem);
    throw new InputError(`--plan ${path}`, `this is not a plan: ${problems[0] ?? ''}`, 'a plan, or a trace.jsonl');
  }
  const events = readTrace(path);
  const plans = plansOf(events);
  const found = handle === undefined ? plans.at(-1) : findPlan(events, handle);
  if (found !== undefined) return found;
  const known = plans.map((one) => one.handle).join(', ');
  throw new InputError(
    handle === undefined ? `--plan ${path}` : `--plan-handle ${handle}`,
    handle === undefined ? 'no plan was made in this incident' : 'the trace has no such plan',
    known === '' ? 'a trace in which a dry run made a plan' : `one of ${known}`,
  );
};

const printAnswer = (
  { question, verdict, approvals, reason, statements }: ExplainedAnswer,
  print: (text: PlainText) => void,
): void => {
  const colours = coloursFor(process.stdout);
  const yes = styled(colours.green, plain`${approvals ?? 'yes'}`);
  print(plain`\n${sentence(question)}  ${verdict === 'permitted' ? yes : styled(colours.red, plain`no`)}`);
  if (statements.length === 0) print(plain`  ${sentence(reason)}`);
  for (const { effect, id, severity, reason: says, reads } of statements) {
    const grade = severity === undefined ? '' : plain` (${severity})`;
    print(plain`  ${effect} ${styled(colours.bold, plain`${id}`)}${grade}: ${sentence(says)}`);
    for (const [path, value] of Object.entries(reads)) print(styled(colours.dim, plain`    ${path} = ${shown(value)}`));
  }
};

const print = (found: PlanOnTrace, explanation: Explanation, { hash: rulesHash, settings }: Rules): void => {
  const line = printer(false);
  const { plan, handle } = found;
  const { tool, target, agent } = plan;
  line(plain`${sentence(handle, 100)}: ${tool} on ${target.id} (${target.environment}), by ${agent}`);
  if (plan.rulesHash !== rulesHash)
    line(plain`It was made under other rules. This explains what the current rules decide.`);
  for (const answer of explanation.answers) printAnswer(answer, line);
  for (const one of settings.policiesOff)
    line(plain`\nSwitched off in this deployment: ${one.id} — ${sentence(one.reason)}`);
  line(plain`\n${sentence(explanation.says, 2000)}`);
};

/** Prints what the policies decide about a plan, and why. */
export const explainPolicies = async (flags: ExplainFlags): Promise<void> => {
  const found = planIn(flags);
  const { config, installed, rules } = applicationAt(flags);
  const agent = rules.agents.find((one) => one.name === found.plan.agent);
  if (agent === undefined)
    throw new InputError(
      `--plan ${flags.plan}`,
      `its agent ${found.plan.agent} is not in ${join(config, 'agents')}`,
      `a plan of ${rules.agents.map((one) => one.name).join(', ')}`,
    );
  const explanation = explainPlan(found.plan, agent, rules, policyEngine(rules, installed.providers));
  const { handle, digest } = found;
  if (flags.json === true) printJson({ handle, digest, ...explanation, policiesOff: rules.settings.policiesOff });
  else print(found, explanation, rules);
};

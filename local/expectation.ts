import { parse } from 'yaml';
import * as z from 'zod';
import { Outcome } from '../lambdas/contracts/conclusion.ts';
import { Check } from '../lambdas/contracts/checks.ts';
import { JsonObject } from '../lambdas/contracts/json.ts';
import { InputError } from '../lambdas/contracts/errors.ts';
import { readText } from './files.ts';

const Approval = z.strictObject({
  answer: z.enum(['approve', 'deny', 'silence']).describe('silence lets the request expire.'),
  reason: z.string().default('').describe('The reason that the approver gives. The agent reads that of a denial.'),
  breakGlass: z.boolean().optional().describe('Approve with break-glass in a change freeze of the world.'),
});

const ExpectedPlan = z.strictObject({
  tool: z.string(),
  input: JsonObject.default({}).describe('Part of the input: the fields that matter.'),
  applied: z.boolean(),
  rolledBack: z.boolean().default(false),
});

const Refusal = z.strictObject({
  check: Check.shape.check,
  says: z.string().optional().describe('A part of the reason.'),
});

/** An `expect.yaml`: people's answers in a scenario, and how it must end. `local/schemas/expect.schema.json` is generated from this. */
export const Expectation = z
  .strictObject({
    about: z.string().min(10).describe('What the scenario shows, in one sentence.'),
    like: z
      .string()
      .regex(/^[a-z0-9-]+$/, 'the name of another scenario')
      .optional()
      .describe('The scenario whose event and world this one has: only the turns of the model differ.'),
    approvals: z.array(Approval).default([]).describe('One for each request, in order; the last one is repeated.'),
    incident: z
      .int()
      .positive()
      .default(1)
      .describe('Which incident the expectation is about, in the order of their opening.'),
    incidents: z.int().positive().default(1).describe('Incidents that events of the world open, without follow-ups.'),
    outcome: Outcome,
    turns: z.int().positive().optional().describe('Turns of the model.'),
    copies: z.int().nonnegative().default(0).describe('Copies of the alarm that joined the incident.'),
    followUps: z
      .int()
      .nonnegative()
      .default(0)
      .describe('Incidents of alarms that had joined this one and were in ALARM when it closed.'),
    plans: z.array(ExpectedPlan).default([]).describe('Every plan from a dry run, in order.'),
    mutating: z
      .array(
        z
          .string()
          .regex(
            /^([a-z0-9]+:[A-Z]\w+|[a-z0-9./]+:[a-z]+ [a-z]+(\/[a-z]+)?)( -> \w+)?$/,
            'service:Command such as ec2:StopInstances or apps/v1:patch deployments, or the same -> ErrorCode',
          ),
      )
      .default([])
      .describe('Every mutating call that reached the account, without dry runs, in order.'),
    refusals: z.array(Refusal).default([]).describe('Every refusal by the harness, in order.'),
    says: z.array(z.string().min(1)).default([]).describe('Texts that the report must contain.'),
  })
  .meta({
    title: 'Checkrein expectation',
    description: 'Answers of people in a scenario, and how it must end. See docs/adding-a-scenario.md.',
  });
export type Expectation = z.infer<typeof Expectation>;

const SEE = 'The fields are described in docs/adding-a-scenario.md.';

/** Reads an `expect.yaml`. The error names the wrong field. */
export const readExpectation = (file: string): Expectation => parseExpectation(readText('expectation', file), file);

/** The same from text; `file` is what errors call it. */
export const parseExpectation = (text: string, file: string): Expectation => {
  const expectation = Expectation.safeParse(parseYaml(text, file));
  if (expectation.success) return expectation.data;
  const problems = expectation.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? 'the file' : z.core.toDotPath(path)}: ${message}`,
  );
  throw new InputError(file, problems.join('; '), SEE, expectation.error);
};

const parseYaml = (text: string, file: string): unknown => {
  try {
    return parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new InputError(file, `this is not YAML (${reason})`, SEE, cause);
  }
};

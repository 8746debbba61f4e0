import { writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { E2eFailure } from '../e2e/failure.ts';

/** One finding of a checker in the template of one way to deploy. */
export interface Finding {
  readonly variant: string;
  readonly rule: string;
  readonly where: string;
  readonly says: string;
}

/** The output of a checker, which ends with another code than 0 when it has findings. */
const outputOf = (command: string, args: readonly string[]): string => {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (error !== undefined || stdout.trim() === '') throw new E2eFailure(`${command} printed nothing.`, stderr);
  return stdout;
};

const variantOf = (file: string): string => /([\w-]+)\.json$/.exec(file)?.[1] ?? file;

const CfnLintFindings = z.array(
  z.object({
    Filename: z.string(),
    Message: z.string(),
    Rule: z.object({ Id: z.string() }),
    Location: z.object({ Path: z.array(z.union([z.string(), z.int()])) }),
  }),
);

/** cfn-lint: the resource specification, and rules about templates. */
export const cfnLint = (python: string, files: readonly string[]): Finding[] => {
  const args = ['--regions', 'eu-west-1', 'us-east-1', '--format', 'json', '--', ...files];
  const found = CfnLintFindings.parse(JSON.parse(outputOf(join(dirname(python), 'cfn-lint'), args)));
  return found.map(({ Filename, Message, Rule, Location }) => ({
    variant: variantOf(Filename),
    rule: Rule.Id,
    where: Location.Path.slice(1, 2).join(''),
    says: Message,
  }));
};

const CheckovReport = z.object({
  summary: z.object({ parsing_errors: z.literal(0), resource_count: z.int().min(100) }),
  results: z.object({
    failed_checks: z.array(
      z.object({ check_id: z.string(), check_name: z.string(), resource: z.string(), file_path: z.string() }),
    ),
  }),
});

/** checkov: security practices. */
export const checkov = (python: string, folder: string): Finding[] => {
  const args = ['--directory', folder, '--framework', 'cloudformation', '--output', 'json', '--compact', '--quiet'];
  const report = CheckovReport.parse(JSON.parse(outputOf(join(dirname(python), 'checkov'), args)));
  return report.results.failed_checks.map(({ check_id: rule, check_name: says, resource: where, file_path }) => ({
    variant: variantOf(file_path),
    rule,
    where,
    says,
  }));
};

const ASL_VALIDATOR = fileURLToPath(new URL('../bin/asl-validator.js', import.meta.resolve('asl-validator')));

/** asl-validator: the Amazon States Language of the state machine. */
export const aslValidator = (variant: string, definition: string, folder: string): Finding[] => {
  const file = join(folder, `${variant}.asl`);
  writeFileSync(file, definition);
  const { status, stdout, stderr } = spawnSync(process.execPath, [ASL_VALIDATOR, '--json-path', file], {
    encoding: 'utf8',
  });
  return status === 0 ? [] : [{ variant, rule: 'asl-validator', where: 'StateMachine', says: `${stdout}${stderr}` }];
};

import { Command } from 'commander';
import { withApplication } from '../io/application-flags.ts';
import type { CheckFlags } from '../policy/check.ts';
import type { ExplainFlags } from '../policy/explain.ts';
import type { TestFlags } from '../policy/test.ts';

const JSON_FLAG = ['--json', 'print one JSON object instead'] as const;

// Each action is loaded when it runs, so that --help does not wait for Cedar.

const check = (): Command =>
  withApplication(new Command('check'))
    .description(
      'Find mistakes in a config directory: syntax and schema errors, policies that never match, permits that allow everything.',
    )
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  checkrein policy check\n  checkrein policy check --config ../other/config --json\n\nExit codes: 0 nothing found; 1 something found; 2 bad input.',
    )
    .action(async (flags: CheckFlags) => (await import('../policy/index.ts')).checkPolicies(flags));

const test = (): Command =>
  withApplication(new Command('test'))
    .description('Evaluate the policies on a table of cases and compare each decision with the expected one.')
    .argument(
      '[files...]',
      'tables of cases (YAML); default: the shipped ones and all of policy-cases/ in the config directory',
    )
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  checkrein policy test\n  checkrein policy test config/policy-cases/office-hours.yaml my-cases.yaml\n\nExit codes: 0 every case passes; 1 at least one fails; 2 bad input.',
    )
    .action(async (files: string[], flags: TestFlags) =>
      (await import('../policy/index.ts')).testPolicies(files, flags),
    );

const explain = (): Command =>
  withApplication(new Command('explain'))
    .description(
      'Explain what policy decides about one plan: which statements determine it, on which facts, and who may approve it.',
    )
    .requiredOption('--plan <file>', 'a plan (JSON), or a trace.jsonl with plans in it')
    .option('--plan-handle <handle>', 'which plan of the trace, e.g. P1; default: the newest')
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  checkrein policy explain --plan plan.json\n  checkrein policy explain --plan .checkrein/<incident>/trace.jsonl --plan-handle P1\n\nExit codes: 0 explained, whatever the verdict; 2 bad input.',
    )
    .action(async (flags: ExplainFlags) => (await import('../policy/index.ts')).explainPolicies(flags));

/** `checkrein policy`: check, test and explain the policies before they are deployed. */
export const policyCommand = (): Command =>
  new Command('policy')
    .description('Check the policies, test them on a table of cases, or explain one plan.')
    .addCommand(check())
    .addCommand(test())
    .addCommand(explain());

import { Command } from 'commander';
import type { CheckFlags } from '../policy/check.ts';
import type { ExplainFlags } from '../policy/explain.ts';
import type { TestFlags } from '../policy/test.ts';

const CONFIG = ['--config <dir>', 'a directory like config/; default: the one of this checkout'] as const;
const JSON_FLAG = ['--json', 'print one JSON object instead'] as const;

// Each action is loaded when it is needed: Cedar takes a while that --help need not wait for.

const check = (): Command =>
  new Command('check')
    .description('Find mistakes in config/: what does not compile, policies that never match, permits open to all.')
    .option(...CONFIG)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  checkrein policy check\n  checkrein policy check --config ../other/config --json\n\nExit codes: 0 nothing found; 1 something found; 2 bad input.',
    )
    .action(async (flags: CheckFlags) => (await import('../policy/check.ts')).checkPolicies(flags));

const test = (): Command =>
  new Command('test')
    .description('Put a table of cases to the policies and compare the answers with what the table expects.')
    .argument('[files...]', 'tables of cases (YAML); default: all of config/policy-cases/')
    .option(...CONFIG)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  checkrein policy test\n  checkrein policy test config/policy-cases/capacity.yaml my-cases.yaml\n\nExit codes: 0 every case holds; 1 one does not; 2 bad input.',
    )
    .action(async (files: string[], flags: TestFlags) =>
      (await import('../policy/test.ts')).testPolicies(files, flags),
    );

const explain = (): Command =>
  new Command('explain')
    .description('Say what policy makes of one plan: which statements speak, on which facts, and who may release it.')
    .requiredOption('--plan <file>', 'a plan (JSON), or a trace.jsonl with plans in it')
    .option('--plan-handle <handle>', 'which plan of the trace, e.g. P1; default: the newest')
    .option(...CONFIG)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  checkrein policy explain --plan plan.json\n  checkrein policy explain --plan .checkrein/<incident>/trace.jsonl --plan-handle P1\n\nExit codes: 0 explained, whatever the verdict; 2 bad input.',
    )
    .action(async (flags: ExplainFlags) => (await import('../policy/explain.ts')).explainPolicies(flags));

/** `checkrein policy`: what the policies say, before they say it to an agent. */
export const policyCommand = (): Command =>
  new Command('policy')
    .description('Check the policies, test them on a table of cases, or explain one plan.')
    .addCommand(check())
    .addCommand(test())
    .addCommand(explain());

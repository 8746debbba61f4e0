import { Command, Option } from 'commander';
import { withApplication } from '../io/application-flags.ts';
import type { RunFlags } from '../laptop/run.ts';

/** `checkrein run`: one event through the whole flow, on this machine. */
export const runCommand = (): Command =>
  withApplication(new Command('run'))
    .description('Run one event through the whole flow on this machine, against a simulated account.')
    .requiredOption('--event <file>', 'EventBridge event, exactly as AWS sends it (JSON)')
    .requiredOption('--world <file>', 'the simulated account (YAML, see docs/world-format.md)')
    .option(
      '--agent <name>',
      'the agent that handles the event, whatever its pattern; default: the agent whose pattern matches',
    )
    .option(
      '--model <model>',
      'scripted:FILE, anthropic, or bedrock:GEOGRAPHY (eu, us, global, …); default: model.json beside the world',
    )
    .addOption(
      new Option(
        '--approve <how>',
        'who answers when a plan needs a human: ask needs a terminal; yes does not override a change freeze',
      )
        .choices(['ask', 'yes', 'no'])
        .default('ask'),
    )
    .option(
      '--out <dir>',
      'where trace.jsonl, report.md, calls.jsonl and moments.jsonl go; default: .checkrein/<incident>',
    )
    .option('--json', 'print one JSON object instead of the timeline')
    .addHelpText(
      'after',
      '\nExit codes: 0 the incident was closed, whatever its outcome; 2 bad input;\n130 stopped with Ctrl-C (filed only if something had been changed); 1 anything else.',
    )
    // Loaded when it runs, so that --help does not wait for the CDK and Cedar.
    .action(async (flags: RunFlags) => (await import('../laptop/index.ts')).runEvent(flags));

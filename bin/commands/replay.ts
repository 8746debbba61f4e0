import { Command } from 'commander';
import { withApplication } from '../io/application-flags.ts';
import type { ReplayFlags } from '../policy/replay.ts';

/** `checkrein replay`: what other rules would have decided in past incidents. */
export const replayCommand = (): Command =>
  withApplication(new Command('replay'))
    .description('Evaluate every proposal, plan and approval of recorded incidents again, and print what would differ.')
    .argument('<traces...>', 'trace.jsonl files')
    .option(
      '--policies <dir>',
      'policies of your own to evaluate beside the shipped ones: a directory of .cedar files; default: those of the app',
    )
    .option(
      '--agent <file>',
      'evaluate as if this agent had handled the incidents (YAML); default: the agent of the same name',
    )
    .option(
      '--unverified',
      'also accept a trace whose hash chain or seal is not valid, such as that of an open incident',
    )
    .option('--fail-on-change', 'exit 1 if any decision would differ')
    .option('--json', 'print one JSON object instead')
    .addHelpText(
      'after',
      '\nExamples:\n  checkrein replay incidents/*/trace.jsonl --policies ../my-branch/config/policies\n  checkrein replay trace.jsonl --agent config/agents/ec2-responder.yaml --fail-on-change\n\nExit codes: 0 evaluated, whether or not anything differs; 1 something differs, with\n--fail-on-change; 2 bad input.',
    )
    .action(async (traces: string[], flags: ReplayFlags) =>
      (await import('../policy/index.ts')).replayTraces(traces, flags),
    );

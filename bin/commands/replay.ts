import { Command } from 'commander';
import type { ReplayFlags } from '../policy/replay.ts';

/** `checkrein replay`: what other rules would have made of incidents that happened. */
export const replayCommand = (): Command =>
  new Command('replay')
    .description('Judge every proposal, plan and approval of recorded incidents again, and print what would differ.')
    .argument('<traces...>', 'trace.jsonl files')
    .option('--policies <dir>', 'policies to judge by: a directory of .cedar files; default: config/policies')
    .option(
      '--agent <file>',
      'judge as if this agent had taken the incidents (YAML); default: the agent of the same name',
    )
    .option('--unverified', 'also take a trace whose chain or seal does not hold, such as one of an open incident')
    .option('--fail-on-change', 'exit 1 if any decision would differ')
    .option('--json', 'print one JSON object instead')
    .addHelpText(
      'after',
      '\nExamples:\n  checkrein replay incidents/*/trace.jsonl --policies ../my-branch/config/policies\n  checkrein replay trace.jsonl --agent config/agents/ec2-responder.yaml --fail-on-change\n\nExit codes: 0 judged, whether or not anything differs; 1 something differs, with --fail-on-change; 2 bad input.',
    )
    .action(async (traces: string[], flags: ReplayFlags) =>
      (await import('../policy/replay.ts')).replayTraces(traces, flags),
    );

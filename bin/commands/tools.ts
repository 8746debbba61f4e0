import { Command } from 'commander';
import { withApplication } from '../io/application-flags.ts';
import type { ToolsFlags } from '../tools/list.ts';

const JSON_FLAG = ['--json', 'print one JSON object instead'] as const;

const check = (): Command =>
  withApplication(new Command('check'))
    .description(
      'Hold your own tools to the promises of every tool, and print each problem with file and what was expected.',
    )
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  checkrein tools check --tools tools\n\nExit codes: 0 nothing found; 1 something found; 2 bad input.',
    )
    .action(async (_flags: ToolsFlags, command: Command) =>
      (await import('../tools/index.ts')).checkTools(command.optsWithGlobals<ToolsFlags>()),
    );

/** `checkrein tools`: which tools there are, and whether your own keep their promises. */
export const toolsCommand = (): Command =>
  withApplication(new Command('tools'))
    .description('List the tools: shipped or own, kind, provider, calls, and which agents are granted them.')
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExamples:\n  checkrein tools --tools tools\n  checkrein tools check --tools tools')
    .action(async (flags: ToolsFlags) => (await import('../tools/index.ts')).listTools(flags))
    .addCommand(check());

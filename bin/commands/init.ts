import { Command } from 'commander';
import type { InitFlags } from '../init/init.ts';

/** `checkrein init`: a new app of a team. */
export const initCommand = (): Command =>
  new Command('init')
    .description(
      'Write an app of your own: agents, a policy, a tool, scenarios and a CDK app, which plays on this machine at once.',
    )
    .argument('<dir>', 'a folder that does not exist, or is empty; .git may be in it')
    .option('--name <name>', 'name of the app in its package.json; default: the name of the folder')
    .option('--package <file>', 'a packed Checkrein (.tgz) for the app to install, instead of the released version')
    .option('--json', 'print one JSON object instead')
    .addHelpText(
      'after',
      '\nExamples:\n  npx checkrein init incident-response\n\nIt runs no npm. Exit codes: 0 written; 2 bad input, and nothing was written.',
    )
    .action(async (directory: string, flags: InitFlags) => (await import('../init/init.ts')).initApp(directory, flags));

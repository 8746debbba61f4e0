import type { Command } from 'commander';

/** Adds the flags that say which app a command is about. */
export const withApplication = (command: Command): Command =>
  command
    .option('--config <dir>', 'the config directory of the app: deployment.ts, agents/, policies/; default: config')
    .option('--tools <dir>', "the folder of the app's own tools; default: tools beside the config directory");

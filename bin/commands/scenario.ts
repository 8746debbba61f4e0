import { Command } from 'commander';

/** `checkrein scenario`: play recorded incidents and compare the results with what is expected. */
export const scenarioCommand = (): Command =>
  new Command('scenario')
    .description('List the scenarios, or play some and compare them with their expect.yaml.')
    .argument('[names...]', 'folders in scenarios/')
    .option('--json', 'print JSON instead of the timeline')
    .action(async (names: string[], flags: { json?: boolean }) =>
      (await import('../laptop/scenario.ts')).playScenarios(names, flags),
    );

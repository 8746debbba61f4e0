import { Command } from 'commander';
import { withApplication } from '../io/application-flags.ts';
import type { ScenarioFlags } from '../laptop/scenario.ts';

/** `checkrein scenario`: play recorded incidents and compare the results with what is expected. */
export const scenarioCommand = (): Command =>
  withApplication(new Command('scenario'))
    .description('List the scenarios, or play some and compare them with their expect.yaml.')
    .argument('[names...]', 'folders in the directory of scenarios')
    .option('--scenarios <dir>', 'the directory of scenarios', 'scenarios')
    .option('--json', 'print JSON instead of the timeline')
    .action(async (names: string[], flags: ScenarioFlags) =>
      (await import('../laptop/scenario.ts')).playScenarios(names, flags),
    );

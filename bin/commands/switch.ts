import { Argument, Command } from 'commander';
import type { SwitchFlags } from '../operator/switch.ts';

/** `checkrein switch`: read or set the kill switch of a deployed stack. */
export const switchCommand = (): Command =>
  new Command('switch')
    .description(
      'Show the kill switch of a deployed stack, or set it. It takes effect at the next step of every incident.',
    )
    .addArgument(new Argument('[position]', 'the new position').choices(['on', 'propose-only', 'off']))
    .option(
      '--reason <text>',
      'why, in at least 10 characters; recorded in the history of the parameter. Not needed for off',
    )
    .option('--stack <name>', 'the deployed stack', 'Checkrein')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\non            changes are made once policy and approvers allow them\npropose-only  agents investigate and propose; nothing is applied\noff           no new incident is investigated; in open incidents nothing is proposed, approved, applied or rolled back',
    )
    .action(async (position: SwitchFlags['position'], flags: SwitchFlags) =>
      (await import('../operator/index.ts')).showOrSetSwitch(position, flags),
    );

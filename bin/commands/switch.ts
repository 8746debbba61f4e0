import { Argument, Command } from 'commander';
import type { SwitchFlags } from '../operator/switch.ts';

/** `checkrein switch`: read or flip the kill switch of a deployed stack. */
export const switchCommand = (): Command =>
  new Command('switch')
    .description(
      'Show where the kill switch of a deployed stack stands, or flip it. Effective at the next step of every incident.',
    )
    .addArgument(new Argument('[position]', 'where it shall stand').choices(['on', 'propose-only', 'off']))
    .option('--reason <text>', 'why; kept in the history of the parameter')
    .option('--stack <name>', 'the deployed stack', 'Checkrein')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\non            changes are made once policy and people have said yes\npropose-only  agents investigate and propose; nothing is applied\noff           no new incident is investigated; in open ones nothing is proposed, approved or applied',
    )
    .action(async (position: SwitchFlags['position'], flags: SwitchFlags) =>
      (await import('../operator/switch.ts')).showOrSetSwitch(position, flags),
    );

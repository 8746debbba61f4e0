import { Option, type Command } from 'commander';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { ApplicationFlags } from '../../local/application.ts';

/** Flags of a command for a deployed stack that also plays on this machine. */
export interface LaptopFlags extends ApplicationFlags {
  readonly world?: string;
  readonly model?: string;
  readonly approve?: 'ask' | 'yes' | 'no';
  readonly out?: string;
}

/** Adds the flags to a command. */
export const withLaptop = (command: Command): Command =>
  command
    .option('--world <file>', 'play on this machine instead, against this simulated account')
    .option('--model <model>', 'with --world: the model, as for `checkrein run`')
    .addOption(
      new Option('--approve <how>', 'with --world: who answers when a plan needs a human').choices([
        'ask',
        'yes',
        'no',
      ]),
    )
    .option('--out <dir>', 'with --world: where trace and report go');

/** Refuses flags that mean nothing to a deployed stack. */
export const refuseLaptopFlags = (flags: LaptopFlags): void => {
  for (const name of ['model', 'approve', 'out'] as const)
    if (flags[name] !== undefined)
      throw new InputError(`--${name}`, 'given without --world', `--world FILE, or no --${name} for a deployed stack`);
};

/** Refuses flags that mean nothing on this machine. */
export const refuseFlagOfStack = (flag: string, given: unknown): void => {
  if (given !== undefined && given !== false)
    throw new InputError(flag, 'given with --world', `no ${flag} on this machine, or no --world`);
};

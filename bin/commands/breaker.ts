import { Command } from 'commander';
import type { BreakerFlags } from '../operator/breaker.ts';

/** `checkrein breaker`: the circuit breakers of a deployed stack. */
export const breakerCommand = (): Command =>
  new Command('breaker')
    .description('List the circuit breakers of a deployed stack, or reset one.')
    .addCommand(
      new Command('list')
        .description('Every breaker that was ever tripped, and whether it has been reset.')
        .option('--stack <name>', 'the deployed stack', 'Checkrein')
        .option('--json', 'print JSON')
        .action(async (flags: BreakerFlags) => (await import('../operator/index.ts')).listDeployedBreakers(flags)),
    )
    .addCommand(
      new Command('reset')
        .description('Reset the breaker of a target or an agent. Your identity and your reason are recorded.')
        .argument('<scope>', 'ARN or ref of the target, or agent:<name>, as `breaker list` prints it')
        .option('--reason <text>', 'what you found, and why changes are safe again')
        .option('--stack <name>', 'the deployed stack', 'Checkrein')
        .option('--json', 'print JSON')
        .action(async (scope: string, flags: BreakerFlags) =>
          (await import('../operator/index.ts')).resetDeployedBreaker(scope, flags),
        ),
    );

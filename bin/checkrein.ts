#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { CheckreinError, InputError } from '../lambdas/contracts/errors.ts';
import packageJson from '../package.json' with { type: 'json' };
import { policyCommand } from './commands/policy.ts';
import { replayCommand } from './commands/replay.ts';
import { runCommand } from './commands/run.ts';
import { breakerCommand } from './commands/breaker.ts';
import { doctorCommand } from './commands/doctor.ts';
import { scenarioCommand } from './commands/scenario.ts';
import { switchCommand } from './commands/switch.ts';
import { traceCommand } from './commands/trace.ts';

/** Exit codes of every command: the promise that scripts rely on. */
const EXIT = { ok: 0, failed: 1, badInput: 2 } as const;

const program = new Command('checkrein')
  .description(packageJson.description)
  .version(packageJson.version)
  .addCommand(runCommand())
  .addCommand(traceCommand())
  .addCommand(scenarioCommand())
  .addCommand(policyCommand())
  .addCommand(replayCommand())
  .addCommand(switchCommand())
  .addCommand(breakerCommand())
  .addCommand(doctorCommand())
  .showHelpAfterError('(see --help)')
  .exitOverride();
for (const command of program.commands) {
  command.exitOverride();
  for (const sub of command.commands) sub.exitOverride();
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Turns whatever stopped a command into a sentence and an exit code. Stack traces are for our own bugs. */
const exitCodeFor = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  if (error instanceof InputError) {
    say(`checkrein: ${error.message}\n  expected: ${error.advice}`);
    return EXIT.badInput;
  }
  if (error instanceof CheckreinError) {
    say(`checkrein: ${error.message}\n  ${error.advice}`);
    return EXIT.failed;
  }
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT.failed;
};

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeFor(error);
}

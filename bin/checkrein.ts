#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { CheckreinError, InputError } from '../lambdas/contracts/errors.ts';
import packageJson from '../package.json' with { type: 'json' };
import { policyCommand } from './commands/policy.ts';
import { replayCommand } from './commands/replay.ts';
import { runCommand } from './commands/run.ts';
import { breakerCommand } from './commands/breaker.ts';
import { doctorCommand } from './commands/doctor.ts';
import { errorText } from './io/output.ts';
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

/** Prints the error that ended a command, and chooses the exit code. */
const exitCodeFor = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  const prefix = error instanceof CheckreinError ? 'checkrein: ' : '';
  process.stderr.write(`${prefix}${errorText(error)}\n`);
  return error instanceof InputError ? EXIT.badInput : EXIT.failed;
};

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeFor(error);
}

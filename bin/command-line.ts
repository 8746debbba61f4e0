import { Command, CommanderError } from 'commander';
import { CheckreinError, InputError } from '../lambdas/contracts/errors.ts';
import { errorText } from '../lib/explain-mistakes.ts';
import { packageJson } from '../lib/package-files.ts';
import { approvalsCommand, approveCommand, denyCommand } from './commands/approvals.ts';
import { askCommand } from './commands/ask.ts';
import { breakerCommand } from './commands/breaker.ts';
import { doctorCommand } from './commands/doctor.ts';
import { eventCommand } from './commands/event.ts';
import { incidentsCommand } from './commands/incidents.ts';
import { initCommand } from './commands/init.ts';
import { kubernetesCommand } from './commands/kubernetes.ts';
import { policyCommand } from './commands/policy.ts';
import { replayCommand } from './commands/replay.ts';
import { runCommand } from './commands/run.ts';
import { scenarioCommand } from './commands/scenario.ts';
import { subscribeCommand } from './commands/subscribe.ts';
import { switchCommand } from './commands/switch.ts';
import { toolsCommand } from './commands/tools.ts';
import { traceCommand } from './commands/trace.ts';

/** Exit codes of every command. Scripts rely on them. */
const EXIT = { ok: 0, failed: 1, badInput: 2 } as const;

const program = (): Command => {
  const { description, version } = packageJson();
  const checkrein = new Command('checkrein')
    .description(description)
    .version(version)
    .addCommand(initCommand())
    .addCommand(runCommand())
    .addCommand(askCommand())
    .addCommand(eventCommand())
    .addCommand(traceCommand())
    .addCommand(incidentsCommand())
    .addCommand(approvalsCommand())
    .addCommand(approveCommand())
    .addCommand(denyCommand())
    .addCommand(scenarioCommand())
    .addCommand(policyCommand())
    .addCommand(toolsCommand())
    .addCommand(kubernetesCommand())
    .addCommand(replayCommand())
    .addCommand(switchCommand())
    .addCommand(breakerCommand())
    .addCommand(subscribeCommand())
    .addCommand(doctorCommand())
    .showHelpAfterError('(see --help)')
    .exitOverride();
  for (const command of checkrein.commands) {
    command.exitOverride();
    for (const sub of command.commands) sub.exitOverride();
  }
  return checkrein;
};

/** Prints the error and picks the exit code. Commander has printed its own. */
const exitCodeFor = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  process.stderr.write(`${error instanceof CheckreinError ? 'checkrein: ' : ''}${errorText(error)}\n`);
  return error instanceof InputError ? EXIT.badInput : EXIT.failed;
};

/** Runs `checkrein` with these arguments. Errors are printed; the exit code is set on the process. */
export const runCommandLine = async (args: readonly string[]): Promise<void> => {
  try {
    await program().parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = exitCodeFor(error);
  }
};

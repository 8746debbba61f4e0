import { Command } from 'commander';
import type { DeploymentFlags } from '../operator/deployment.ts';

/** `checkrein doctor`: whether a deployed stack is ready for its first alarm. */
export const doctorCommand = (): Command =>
  new Command('doctor')
    .description(
      'Check a deployed stack: bootstrap, stack, model key, approvers, kill switch, alarm intake, ledger, and a dry incident that changes nothing.',
    )
    .option('--stack <name>', 'the deployed stack', 'Checkrein')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 ready, perhaps with warnings; 1 something failed. Each line says what to do.',
    )
    .action(async (flags: DeploymentFlags) => (await import('../operator/doctor.ts')).printDiagnosis(flags));

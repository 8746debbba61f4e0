import { Command } from 'commander';
import { withApplication } from '../io/application-flags.ts';
import type { DoctorFlags } from '../operator/doctor.ts';

/** `checkrein doctor`: whether a deployed stack is ready for its first alarm. */
export const doctorCommand = (): Command =>
  withApplication(new Command('doctor'))
    .description(
      'Check a deployed stack: bootstrap, stack, model key, approvers, kill switch, alarm intake, ledger, Lambda quota, and a dry incident, which takes the way of an alarm, asks each model for one token (a cent at most), tests each cluster and changes nothing.',
    )
    .option('--stack <name>', 'the deployed stack', 'Checkrein')
    .option('--notify', 'send the closing message of the dry incident to the approvers, to test their mail')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 ready, perhaps with warnings; 1 something failed. Each line says what to do.',
    )
    .action(async (flags: DoctorFlags) => (await import('../operator/index.ts')).printDiagnosis(flags));

import * as z from 'zod';

/** Runs that one hour takes up. Later ones of that hour are recorded, and ask no model. */
export const DOCTOR_RUNS_PER_HOUR = 10;

/** A run of `checkrein doctor`, as the reason of its alarm names it. */
export const DoctorRun = z.strictObject({
  run: z.string(),
  /** Whether the closing message goes to the approvers, to test their mail. */
  notify: z.boolean(),
});
export type DoctorRun = z.infer<typeof DoctorRun>;

const NOTIFY = ', with a message to the approvers';
const REASON = new RegExp(`^checkrein doctor, run ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(${NOTIFY})?$`);

/** The reason with which the doctor sets its alarm. */
export const doctorReason = ({ run, notify }: DoctorRun): string =>
  `checkrein doctor, run ${run}${notify ? NOTIFY : ''}`;

/** The run that the reason of an alarm names; undefined for a reason of any other form. */
export const doctorRunIn = (reason: string): DoctorRun | undefined => {
  const [, run, notify] = REASON.exec(reason) ?? [];
  return run === undefined ? undefined : { run, notify: notify !== undefined };
};

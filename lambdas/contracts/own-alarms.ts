/**
 * Name prefix of the harness's own alarms. They go to people only: an agent that investigated why agents fail
 * would fail the same way and raise the alarm again.
 */
export const OWN_ALARM = 'checkrein-self-';

/** Name of the alarm of a stack that only `checkrein doctor` raises. */
export const doctorAlarmOf = (stackName: string): string => `${OWN_ALARM}${stackName}-doctor`;

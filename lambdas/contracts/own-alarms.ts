/**
 * Name prefix of the harness's own alarms. They go to people only: an agent that investigated why agents fail
 * would fail the same way and raise the alarm again.
 */
export const OWN_ALARM = 'checkrein-self-';

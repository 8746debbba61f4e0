/**
 * How the names of the harness's own alarms begin. They are for people: an agent that looked into why agents
 * fail would fail the same way, and raise the alarm again.
 */
export const OWN_ALARM = 'checkrein-self-';

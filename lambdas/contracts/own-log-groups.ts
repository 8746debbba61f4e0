/** How the name of a stack of Checkrein begins. CloudFormation names the functions' log groups after it. */
export const OWN_STACK = 'Checkrein';

/** Where the log groups of state machines are: log delivery needs no entry in a resource policy for this prefix. */
export const FLOW_LOGS = '/aws/vendedlogs/states/';

/**
 * How the names of Checkrein's own log groups begin. No agent may read them: they tell how the harness works and what
 * it refused.
 */
export const OWN_LOG_GROUPS = [OWN_STACK, `${FLOW_LOGS}${OWN_STACK}`];

/** Whether a log group, or a pattern of them, is one of Checkrein's own by its name. */
export const isOwnLogGroup = (name: string): boolean => OWN_LOG_GROUPS.some((start) => name.startsWith(start));

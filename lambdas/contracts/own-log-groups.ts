/**
 * How the names of log groups of Checkrein begin. CloudFormation names those of a stack `Checkrein…` so; in any other stack they are
 * named so by lib/own-log-groups.ts.
 */
export const OWN_PREFIX = 'Checkrein';

/** Where the log groups of state machines are: log delivery needs no entry in a resource policy for this prefix. */
export const FLOW_LOGS = '/aws/vendedlogs/states/';

/**
 * How the names of Checkrein's own log groups begin. No agent may read them: they tell how the harness works and what
 * it refused.
 */
export const OWN_LOG_GROUPS = [OWN_PREFIX, `${FLOW_LOGS}${OWN_PREFIX}`];

/** Whether a log group, or a pattern of them, is one of Checkrein's own by its name. */
export const isOwnLogGroup = (name: string): boolean => OWN_LOG_GROUPS.some((start) => name.startsWith(start));

/**
 * How the names of Checkrein's own log groups begin: CloudFormation names them after the stack, and the stack's name
 * begins like this. No agent may read them: they tell how the harness works and what it refused.
 */
export const OWN_LOG_GROUP = 'Checkrein';

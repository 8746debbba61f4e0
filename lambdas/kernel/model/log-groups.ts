import type { Agent } from '../../contracts/agent.ts';
import { isOwnLogGroup } from '../../contracts/own-log-groups.ts';

/** Why an agent may not read a log group, in a sentence; undefined if it may. Names are compared letter by letter. */
export const logGroupRefusal = (
  { name, logGroups }: Pick<Agent, 'name' | 'logGroups'>,
  logGroup: string,
): string | undefined => {
  const own = logGroups.join(', ') || 'none';
  if (isOwnLogGroup(logGroup))
    return `${logGroup} is a log group of Checkrein itself, which no agent may read. Log groups of ${name}: ${own}.`;
  return logGroups.some((pattern) => covers(pattern, logGroup))
    ? undefined
    : `${name} may not read the log group ${logGroup}. Its log groups: ${own}.`;
};

/** Whether a pattern, in which `*` is any text, is the name. IAM reads the same patterns in the same way. */
const covers = (pattern: string, name: string): boolean => {
  const [start = '', ...parts] = pattern.split('*');
  const end = parts.pop();
  if (end === undefined) return name === pattern;
  if (!name.startsWith(start) || !name.endsWith(end)) return false;
  let at = start.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - end.length;
};

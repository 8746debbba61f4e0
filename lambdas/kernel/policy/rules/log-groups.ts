import type { Agent } from '../../../contracts/agent.ts';
import { isOwnLogGroup } from '../../../contracts/own-log-groups.ts';
import type { Manifest } from '../../../contracts/tool.ts';
import { logGroupRefusal } from '../../model/log-groups.ts';
import type { Problem } from './schema-problems.ts';

/** What is wrong with the log groups of an agent: none for a tool that reads logs, or any without such a tool. */
export const logGroupProblems = (agent: Agent, manifests: readonly Manifest[]): Problem[] => {
  const granted = [...agent.tools.observe, ...agent.tools.change];
  const readers = manifests.filter((one) => granted.includes(one.name) && readsLogGroups(one)).map((one) => one.name);
  const path = ['logGroups'];
  if (agent.logGroups.length === 0 && readers.length > 0) return [{ path, message: missing(readers) }];
  if (agent.logGroups.length > 0 && readers.length === 0)
    return [{ path, message: 'no tool of this agent reads log groups; remove the field, or grant query_logs' }];
  return [...ownProblems(agent), ...firstLookProblems(agent, manifests)];
};

const missing = (readers: readonly string[]): string =>
  `missing: ${readers.join(' and ')} may read only log groups that are listed here; expected names or patterns, ` +
  'such as ["/aws/lambda/checkout-*"]';

const readsLogGroups = ({ reads }: Manifest): boolean => reads.some(({ scope }) => scope === 'log-group');

const ownProblems = ({ logGroups }: Agent): Problem[] =>
  logGroups.flatMap((pattern, index) =>
    isOwnLogGroup(pattern)
      ? [
          {
            path: ['logGroups', index],
            message: `"${pattern}" names log groups of Checkrein itself, which no agent may read`,
          },
        ]
      : [],
  );

/** A first look at a log group that the agent may not read would fail in every incident. */
const firstLookProblems = (agent: Agent, manifests: readonly Manifest[]): Problem[] =>
  agent.firstLook.flatMap(({ tool, input }, index) => {
    const manifest = manifests.find((one) => one.name === tool);
    const field = manifest?.kind === 'observe' ? manifest.logGroupField : undefined;
    const logGroup = field === undefined ? undefined : input[field];
    if (field === undefined || typeof logGroup !== 'string' || logGroup.startsWith('$')) return [];
    const message = logGroupRefusal(agent, logGroup);
    return message === undefined ? [] : [{ path: ['firstLook', index, 'input', field], message }];
  });

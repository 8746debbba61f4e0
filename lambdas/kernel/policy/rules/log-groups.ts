import type { Agent } from '../../../contracts/agent.ts';
import { isOwnLogGroup } from '../../../contracts/own-log-groups.ts';
import { type Manifest, isAwsCall } from '../../../contracts/tool.ts';
import { logGroupRefusal } from '../../model/log-groups.ts';
import type { AgentDraft } from './agent-draft.ts';
import type { Problem } from './schema-problems.ts';

/** What is wrong with the log groups of an agent: none for a tool that reads logs, or any without such a tool. */
export const logGroupProblems = (agent: AgentDraft, manifests: readonly Manifest[]): Problem[] => {
  const { logGroups, firstLook, name, tools } = agent;
  // Without the one list nothing can be said about the other.
  if (logGroups === null || tools.observe === null || tools.change === null) return [];
  const granted = [...tools.observe, ...tools.change];
  const readers = manifests.filter((one) => granted.includes(one.name) && readsLogGroups(one)).map((one) => one.name);
  const path = ['logGroups'];
  if (logGroups.length === 0 && readers.length > 0) return [{ path, message: missing(readers) }];
  // A misspelt tool, which is reported by itself, may be the one that reads them.
  const known = granted.every((tool) => manifests.some(({ name: one }) => one === tool));
  if (logGroups.length > 0 && readers.length === 0 && known)
    return [{ path, message: 'no tool of this agent reads log groups; remove the field, or grant query_logs' }];
  return [
    ...ownProblems(logGroups),
    ...firstLookProblems({ name: name ?? 'this agent', logGroups }, firstLook, manifests),
  ];
};

const missing = (readers: readonly string[]): string =>
  `missing: ${readers.join(' and ')} may read only log groups that are listed here; expected names or patterns, ` +
  'such as ["/aws/lambda/checkout-*"]';

const readsLogGroups = ({ reads }: Manifest): boolean =>
  reads.some((call) => isAwsCall(call) && call.scope === 'log-group');

const ownProblems = (logGroups: Agent['logGroups']): Problem[] =>
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
const firstLookProblems = (
  agent: Pick<Agent, 'name' | 'logGroups'>,
  firstLook: AgentDraft['firstLook'],
  manifests: readonly Manifest[],
): Problem[] =>
  firstLook.flatMap((call, index) => {
    if (call === null) return [];
    const { tool, input } = call;
    const manifest = manifests.find((one) => one.name === tool);
    const field = manifest?.kind === 'observe' ? manifest.logGroupField : undefined;
    const logGroup = field === undefined ? undefined : input[field];
    if (field === undefined || typeof logGroup !== 'string' || logGroup.startsWith('$')) return [];
    const message = logGroupRefusal(agent, logGroup);
    return message === undefined ? [] : [{ path: ['firstLook', index, 'input', field], message }];
  });

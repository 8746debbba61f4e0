import { Agent } from '../../../contracts/agent.ts';
import { bedrockIdOf, unknownOnBedrock } from '../../../contracts/bedrock.ts';
import type { ModelSource } from '../../../contracts/settings.ts';
import type { Manifest } from '../../../contracts/tool.ts';
import { checkPattern } from './event-pattern.ts';
import { logGroupProblems } from './log-groups.ts';
import { firstLookCalls, unknownEventPlaceholders, EXAMPLE_ALARM, type FirstLookCall } from '../../model/first-look.ts';
import { modelPriceOf, unknownModelAdvice } from '../../model/model-prices.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Compiled, ConfigFile } from './config-files.ts';
import { schemaProblems, type Problem } from './schema-problems.ts';
import { readYaml } from './yaml-file.ts';

/** The agents that the files declare, in the order in which they are matched, and all problems in them. */
export const compileAgents = (
  files: readonly ConfigFile[],
  manifests: readonly Manifest[],
  source?: ModelSource,
): Compiled<Agent[]> => {
  const problems: string[] = [];
  const agents: Agent[] = [];
  for (const file of files) {
    const read = readYaml(file, Agent, (agent) => problemsOf(agent, manifests, source));
    problems.push(...read.problems);
    if (!read.value) continue;
    const { name } = read.value;
    if (agents.some((other) => other.name === name))
      problems.push(`${file.path}:1: name: another file already has an agent "${name}"`);
    agents.push(read.value);
  }
  if (files.length === 0)
    problems.push('config/agents: no agent; write at least one .yaml file (see docs/adding-an-agent.md)');
  return { value: agents.toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1)), problems };
};

const problemsOf = (agent: Agent, manifests: readonly Manifest[], source: ModelSource | undefined): Problem[] => [
  ...checkPattern(agent.takes, ['takes']).map(({ path, problem: message }) => ({ path, message })),
  ...toolProblems(agent, 'observe', manifests),
  ...toolProblems(agent, 'change', manifests),
  ...logGroupProblems(agent, manifests),
  ...modelProblems(agent, source),
  ...firstLookProblems(agent, manifests),
];

const modelProblems = ({ model }: Agent, source: ModelSource | undefined): Problem[] => {
  const elsewhere = source?.provider === 'bedrock' && bedrockIdOf(model, source.geography) === undefined;
  return [
    ...(modelPriceOf(model) ? [] : [{ path: ['model'], message: unknownModelAdvice(model) }]),
    ...(elsewhere ? [{ path: ['model'], message: unknownOnBedrock(model) }] : []),
  ];
};

const toolProblems = (agent: Agent, kind: Manifest['kind'], manifests: readonly Manifest[]): Problem[] =>
  agent.tools[kind].flatMap((name, index) => {
    const path = ['tools', kind, index];
    const manifest = manifests.find((one) => one.name === name);
    const ofKind = manifests.filter((one) => one.kind === kind).map((one) => one.name);
    if (!manifest) return [{ path, message: `unknown tool "${name}"${didYouMean(name, ofKind)}` }];
    if (manifest.kind !== kind)
      return [{ path, message: `"${name}" is a tool of kind ${manifest.kind}; list it under tools.${manifest.kind}` }];
    if (agent.tools[kind].indexOf(name) < index) return [{ path, message: `"${name}" is listed twice` }];
    return [];
  });

const firstLookProblems = (agent: Agent, manifests: readonly Manifest[]): Problem[] => {
  const filled = firstLookCalls(agent, EXAMPLE_ALARM);
  return agent.firstLook.flatMap(({ tool, input }, index): Problem[] => {
    const path = ['firstLook', index];
    const granted = agent.tools.observe;
    if (!granted.includes(tool)) {
      const message = `"${tool}" is not among this agent's observe tools${didYouMean(tool, granted)}`;
      return [{ path: [...path, 'tool'], message }];
    }
    const misspelt = unknownEventPlaceholders(input).map((name) => ({
      path: [...path, 'input'],
      message: `nothing fills ${name}; see docs/adding-an-agent.md for what there is`,
    }));
    const manifest = manifests.find((one) => one.name === tool);
    return misspelt.length > 0 ? misspelt : inputProblems(manifest, filled[index], [...path, 'input']);
  });
};

/** Checks a first look against the example alarm, unless it needs a dimension that the example does not have. */
const inputProblems = (
  manifest: Manifest | undefined,
  call: FirstLookCall | undefined,
  path: Problem['path'],
): Problem[] => {
  if (!manifest || !call || call.skipped !== undefined) return [];
  const parsed = manifest.input.safeParse(call.input);
  if (parsed.success) return [];
  const problems = schemaProblems(manifest.input, call.input, parsed.error);
  return problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
};

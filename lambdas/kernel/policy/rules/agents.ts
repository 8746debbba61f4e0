import { Agent } from '../../../contracts/agent.ts';
import { bedrockIdOf, unknownOnBedrock } from '../../../contracts/bedrock.ts';
import type { ModelSource } from '../../../contracts/settings.ts';
import type { Manifest } from '../../../contracts/tool.ts';
import { AgentDraft } from './agent-draft.ts';
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
  const names = new Set<string>();
  for (const file of files) {
    const check = (agent: AgentDraft): Problem[] => [
      ...nameProblems(agent, names),
      ...problemsOf(agent, manifests, source),
    ];
    const read = readYaml(file, Agent, check, (value) => {
      const { data: draft } = AgentDraft.safeParse(value);
      return draft === undefined ? [] : check(draft);
    });
    problems.push(...read.problems);
    if (read.value) agents.push(read.value);
  }
  if (files.length === 0)
    problems.push('config/agents: no agent; write at least one .yaml file (see docs/adding-an-agent.md)');
  return { value: agents.toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1)), problems };
};

const nameProblems = ({ name }: AgentDraft, names: Set<string>): Problem[] => {
  if (name === null || name === '') return [];
  if (names.has(name)) return [{ path: ['name'], message: `another file already has an agent "${name}"` }];
  names.add(name);
  return [];
};

const problemsOf = (agent: AgentDraft, manifests: readonly Manifest[], source: ModelSource | undefined): Problem[] => [
  ...checkPattern(agent.takes ?? {}, ['takes']).map(({ path, problem: message }) => ({ path, message })),
  ...toolProblems(agent, 'observe', manifests),
  ...toolProblems(agent, 'change', manifests),
  ...logGroupProblems(agent, manifests),
  ...modelProblems(agent, source),
  ...firstLookProblems(agent, manifests),
];

const modelProblems = ({ model }: AgentDraft, source: ModelSource | undefined): Problem[] => {
  if (model === null) return [];
  const elsewhere = source?.provider === 'bedrock' && bedrockIdOf(model, source.geography) === undefined;
  return [
    ...(modelPriceOf(model) ? [] : [{ path: ['model'], message: unknownModelAdvice(model) }]),
    ...(elsewhere ? [{ path: ['model'], message: unknownOnBedrock(model) }] : []),
  ];
};

const toolProblems = ({ tools }: AgentDraft, kind: Manifest['kind'], manifests: readonly Manifest[]): Problem[] =>
  (tools[kind] ?? []).flatMap((name, index, granted) => {
    const path = ['tools', kind, index];
    const manifest = manifests.find((one) => one.name === name);
    const ofKind = manifests.filter((one) => one.kind === kind).map((one) => one.name);
    if (!manifest) return [{ path, message: `unknown tool "${name}"${didYouMean(name, ofKind)}` }];
    if (manifest.kind !== kind)
      return [{ path, message: `"${name}" is a tool of kind ${manifest.kind}; list it under tools.${manifest.kind}` }];
    if (granted.indexOf(name) < index) return [{ path, message: `"${name}" is listed twice` }];
    return [];
  });

const firstLookProblems = ({ firstLook, tools: { observe: granted } }: AgentDraft, manifests: readonly Manifest[]) => {
  if (granted === null) return [];
  return firstLook.flatMap((call, index): Problem[] => {
    if (call === null) return [];
    const { tool, input } = call;
    const path = ['firstLook', index];
    if (!granted.includes(tool)) {
      const message = `"${tool}" is not among this agent's observe tools${didYouMean(tool, granted)}`;
      return [{ path: [...path, 'tool'], message }];
    }
    const misspelt = unknownEventPlaceholders(input).map((name) => ({
      path: [...path, 'input'],
      message: `nothing fills ${name}; see docs/adding-an-agent.md for what there is`,
    }));
    const manifest = manifests.find((one) => one.name === tool);
    const [filled] = firstLookCalls({ firstLook: [call] }, EXAMPLE_ALARM);
    return misspelt.length > 0 ? misspelt : inputProblems(manifest, filled, [...path, 'input']);
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

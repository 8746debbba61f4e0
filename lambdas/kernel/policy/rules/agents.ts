import { Agent } from '../../../contracts/agent.ts';
import { bedrockIdOf, unknownOnBedrock } from '../../../contracts/bedrock.ts';
import type { ModelSource } from '../../../contracts/settings.ts';
import type { Manifest } from '../../../contracts/tool.ts';
import { AgentDraft } from './agent-draft.ts';
import { logGroupProblems } from './log-groups.ts';
import { modelPriceOf, unknownModelAdvice } from '../../model/model-prices.ts';
import type { AgentFile } from './agent-files.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Compiled } from './config-files.ts';
import { eventProblems } from './event-fields.ts';
import { firstLookProblems } from './first-looks.ts';
import { sampleEvent } from './sample-event.ts';
import type { Problem } from './schema-problems.ts';
import { readYaml } from './yaml-file.ts';

/** The agents that the files declare, in the order in which they are matched, and all problems in them. */
export const compileAgents = (
  files: readonly AgentFile[],
  manifests: readonly Manifest[],
  source?: ModelSource,
): Compiled<Agent[]> => {
  const problems: string[] = [];
  const agents: Agent[] = [];
  const names = new Set<string>();
  for (const file of files) {
    const ofSample: string[] = [];
    const check = (agent: AgentDraft): Problem[] => {
      const sample = sampleEvent(file, agent);
      ofSample.push(...sample.problems);
      return [
        ...nameProblems(agent, names),
        ...eventProblems(agent, file, sample.event),
        ...problemsOf(agent, manifests, source),
        ...firstLookProblems(agent, manifests, file, sample.event),
      ];
    };
    const read = readYaml(file, Agent, check, (value) => {
      const { data: draft } = AgentDraft.safeParse(value);
      return draft === undefined ? [] : check(draft);
    });
    problems.push(...read.problems, ...ofSample);
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
  ...toolProblems(agent, 'observe', manifests),
  ...toolProblems(agent, 'change', manifests),
  ...logGroupProblems(agent, manifests),
  ...modelProblems(agent, source),
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

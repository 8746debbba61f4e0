import { LineCounter, parseDocument, type Document } from 'yaml';
import { Agent } from '../../contracts/agent.ts';
import type { Manifest } from '../../contracts/tool.ts';
import { checkPattern } from '../event-pattern.ts';
import { firstLookCalls, unknownPlaceholders, WITH_EVERYTHING, type FirstLookCall } from '../first-look.ts';
import { priceOf, unknownModelAdvice } from '../model-prices.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Compiled, ConfigFile } from './config-files.ts';
import { schemaProblems, sentence, type Problem } from './schema-problems.ts';

/** The agents that the files declare, in the order in which they are asked, and all that is wrong with them. */
export const compileAgents = (files: readonly ConfigFile[], manifests: readonly Manifest[]): Compiled<Agent[]> => {
  const problems: string[] = [];
  const agents: Agent[] = [];
  for (const file of files) {
    const read = readAgent(file, manifests);
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

const readAgent = (file: ConfigFile, manifests: readonly Manifest[]): Compiled<Agent | null> => {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines });
  // Only the first: the others are what a parser stumbles over after it.
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) {
    const says = fault.message.replace(/ at line \d+[\s\S]*$/, '');
    return { value: null, problems: [`${file.path}:${lines.linePos(fault.pos[0]).line}: not YAML: ${says}`] };
  }
  const value: unknown = document.toJS();
  const parsed = Agent.safeParse(value);
  const found = parsed.success ? problemsOf(parsed.data, manifests) : schemaProblems(Agent, value, parsed.error);
  const problems = found.map(
    (problem) => `${file.path}:${lineOf(document, lines, problem.path)}: ${sentence(problem)}`,
  );
  return { value: parsed.success ? parsed.data : null, problems };
};

/** The line of a field, or of the nearest thing around it that is there. */
const lineOf = (document: Document, lines: LineCounter, path: Problem['path']): number => {
  const node: unknown = document.getIn(path, true);
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  if (typeof start === 'number') return lines.linePos(start).line;
  return path.length === 0 ? 1 : lineOf(document, lines, path.slice(0, -1));
};

const problemsOf = (agent: Agent, manifests: readonly Manifest[]): Problem[] => [
  ...checkPattern(agent.takes, ['takes']).map(({ path, problem }) => ({ path, says: problem })),
  ...toolProblems(agent, 'observe', manifests),
  ...toolProblems(agent, 'change', manifests),
  ...(priceOf(agent.model) ? [] : [{ path: ['model'], says: unknownModelAdvice(agent.model) }]),
  ...firstLookProblems(agent, manifests),
];

const toolProblems = (agent: Agent, kind: Manifest['kind'], manifests: readonly Manifest[]): Problem[] =>
  agent.tools[kind].flatMap((name, index) => {
    const path = ['tools', kind, index];
    const manifest = manifests.find((one) => one.name === name);
    const ofKind = manifests.filter((one) => one.kind === kind).map((one) => one.name);
    if (!manifest) return [{ path, says: `unknown tool "${name}"${didYouMean(name, ofKind)}` }];
    if (manifest.kind !== kind)
      return [{ path, says: `"${name}" is a tool of kind ${manifest.kind}; list it under tools.${manifest.kind}` }];
    if (agent.tools[kind].indexOf(name) < index) return [{ path, says: `"${name}" is listed twice` }];
    return [];
  });

const firstLookProblems = (agent: Agent, manifests: readonly Manifest[]): Problem[] => {
  const filled = firstLookCalls(agent, WITH_EVERYTHING);
  return agent.firstLook.flatMap(({ tool, input }, index): Problem[] => {
    const path = ['firstLook', index];
    const granted = agent.tools.observe;
    if (!granted.includes(tool)) {
      const says = `"${tool}" is not among this agent's observe tools${didYouMean(tool, granted)}`;
      return [{ path: [...path, 'tool'], says }];
    }
    const misspelt = unknownPlaceholders(input).map((name) => ({
      path: [...path, 'input'],
      says: `nothing fills ${name}; see docs/adding-an-agent.md for what there is`,
    }));
    const manifest = manifests.find((one) => one.name === tool);
    return misspelt.length > 0 ? misspelt : inputProblems(manifest, filled[index], [...path, 'input']);
  });
};

/** Tries a first look out on an example alarm; one that asks for a dimension which that has not cannot be. */
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

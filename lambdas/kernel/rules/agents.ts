import { LineCounter, parseDocument, type Document } from 'yaml';
import { Agent } from '../../contracts/agent.ts';
import type { Manifest } from '../../contracts/tool.ts';
import { checkPattern } from '../event-pattern.ts';
import { firstLookCalls, unknownPlaceholders, WITH_EVERYTHING } from '../first-look.ts';
import { priceOf, unknownModelAdvice } from '../model-prices.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Compiled, ConfigFile } from './config-files.ts';
import { schemaProblems, sentence, type Problem } from './schema-problems.ts';

/** Reads agent files. An agent that any file has a problem with is left out; the problems say why. */
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
    if (!agent.tools.observe.includes(tool)) {
      return [
        {
          path: [...path, 'tool'],
          says: `"${tool}" is not among this agent's observe tools${didYouMean(tool, agent.tools.observe)}`,
        },
      ];
    }
    const misspelt = unknownPlaceholders(input);
    if (misspelt.length > 0) {
      return misspelt.map((name) => ({
        path: [...path, 'input'],
        says: `nothing fills ${name}; see docs/adding-an-agent.md for what there is`,
      }));
    }
    const schema = manifests.find((one) => one.name === tool)?.input;
    const call = filled[index];
    // A placeholder that the example alarm has no value for (some rare dimension) cannot be tried out here.
    if (!schema || !call || call.skipped !== undefined) return [];
    const parsed = schema.safeParse(call.input);
    if (parsed.success) return [];
    return schemaProblems(schema, call.input, parsed.error).map((one) => ({
      ...one,
      path: [...path, 'input', ...one.path],
    }));
  });
};

import { providerOf, type Manifest } from '../../lambdas/contracts/tool.ts';
import type { Agent } from '../../lambdas/contracts/agent.ts';
import { agentFiles } from '../../lambdas/kernel/policy/rules/agent-files.ts';
import { compileAgents } from '../../lambdas/kernel/policy/rules/agents.ts';
import { ours, plain } from '../../lambdas/kernel/trace/outside-text.ts';
import { installedFrom } from '../../lib/own-tools/load.ts';
import { printer, printJson } from '../io/output.ts';
import { tableLines } from '../io/table.ts';
import { configAt } from '../policy/config-directory.ts';

export interface ToolsFlags {
  readonly tools?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** Prints every tool that agents may be granted. */
export const listTools = ({ tools, config, json = false }: ToolsFlags): void => {
  const { catalogue } = installedFrom(tools).installed;
  const agents = compileAgents(agentFiles(configAt(config)).value, catalogue.manifests).value;
  const lines = catalogue.manifests.map((manifest) => ({
    name: manifest.name,
    from: catalogue.filesOf(manifest.name)?.manifest ?? 'shipped',
    kind: manifest.kind,
    provider: providerOf(manifest),
    calls: callsOf(manifest),
    agents: grantedTo(manifest, agents),
  }));
  if (json) {
    printJson({ tools: lines });
    return;
  }
  const rows = lines.map((line) => [
    line.name,
    line.kind,
    line.provider,
    line.from,
    line.agents.join(', ') || 'no agent',
    line.calls.join(', '),
  ]);
  const header = ['tool', 'kind', 'provider', 'from', 'agents', 'calls'];
  for (const line of tableLines([header, ...rows])) printer(false)(plain`${ours(line)}`);
};

const callsOf = (manifest: Manifest): string[] => {
  const calls = [...manifest.reads, ...(manifest.kind === 'change' ? manifest.changes : [])];
  return [...new Set(calls.map(({ service, command }) => `${service}:${command}`))];
};

const grantedTo = ({ name }: Manifest, agents: readonly Agent[]): string[] =>
  agents.filter(({ tools }) => [...tools.observe, ...tools.change].includes(name)).map((agent) => agent.name);

import { callsOf, providerOf, type Manifest } from '../../lambdas/contracts/tool.ts';
import type { Agent } from '../../lambdas/contracts/agent.ts';
import { ours, plain } from '../../lambdas/kernel/trace/outside-text.ts';
import { applicationAt, type ApplicationFlags } from '../../local/application.ts';
import { printer, printJson } from '../io/output.ts';
import { tableLines } from '../io/table.ts';

export interface ToolsFlags extends ApplicationFlags {
  readonly json?: boolean;
}

/** Prints every tool that agents may be granted. */
export const listTools = ({ json = false, ...flags }: ToolsFlags): void => {
  const { installed, rules } = applicationAt(flags);
  const { catalogue } = installed;
  const lines = catalogue.manifests.map((manifest) => ({
    name: manifest.name,
    from: catalogue.filesOf(manifest.name)?.manifest ?? 'shipped',
    kind: manifest.kind,
    provider: providerOf(manifest),
    calls: callNames(manifest),
    agents: grantedTo(manifest, rules.agents),
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

const callNames = (manifest: Manifest): string[] => [
  ...new Set(callsOf(manifest).map(({ service, command }) => `${service}:${command}`)),
];

const grantedTo = ({ name }: Manifest, agents: readonly Agent[]): string[] =>
  agents.filter(({ tools }) => [...tools.observe, ...tools.change].includes(name)).map((agent) => agent.name);

import { basename } from 'node:path';
import type { Rules } from '../../../contracts/rules.ts';
import { Settings, type SettingsInput } from '../../../contracts/settings.ts';
import type { Manifest } from '../../../contracts/tool.ts';
import { digestOf } from '../../trace/canonical.ts';
import { agentFiles } from './agent-files.ts';
import { compileAgents } from './agents.ts';
import { cedarSchema } from './cedar-schema.ts';
import { clusterGrantProblems } from './clusters.ts';
import { configFiles } from './config-files.ts';
import { impossibleEnvironments } from './environment-names.ts';
import { formatFinding, lintPolicies } from './lint.ts';
import { compilePolicies, positionOfPolicy } from './policies.ts';
import { RulesError } from './rules-error.ts';
import { schemaProblems, formatProblem } from './schema-problems.ts';
import { capacityProblems, shippedFile } from './tool-capacity.ts';
import { providerProblems } from './tool-provider.ts';
import type { Provider } from '../../../contracts/provider.ts';

/** The tools that the rules are for, and the providers that they stand on. */
export interface CompiledFor {
  readonly catalogue: {
    readonly manifests: readonly Manifest[];
    /** The files of a tool of a team's own. */
    readonly filesOf?: (name: string) => { readonly manifest: string } | undefined;
  };
  readonly providers: readonly Provider[];
}

/**
 * Compiles `config/agents`, `config/policies` and the settings into the rules that every function carries.
 * Runs at synth and on the laptop. Throws one RulesError with all problems.
 */
export const compileRules = (
  configDir: string,
  settings: SettingsInput,
  { catalogue: { manifests, filesOf }, providers }: CompiledFor,
): Rules => {
  const ownFile = (manifest: Manifest): string | undefined => filesOf?.(manifest.name)?.manifest;
  const schema = cedarSchema(manifests);
  const files = agentFiles(configDir);
  const policyFiles = configFiles(configDir, 'policies', '.cedar');
  const parsed = Settings.safeParse(settings);
  const agents = compileAgents(files.value, manifests, parsed.data?.model);
  const policies = compilePolicies(policyFiles.value, schema);
  const unset = parsed.success ? [] : schemaProblems(Settings, settings, parsed.error);
  const file = `${basename(configDir)}/deployment.ts`;
  const impossible = Object.values(policies.value).flatMap((text) =>
    parsed.success
      ? impossibleEnvironments(text, parsed.data).map((one) => `${positionOfPolicy(policyFiles.value, text)}: ${one}`)
      : [],
  );
  const problems = [
    ...capacityProblems(manifests, (manifest) => ownFile(manifest) ?? shippedFile(manifest)),
    ...providerProblems(manifests, providers, ownFile),
    ...files.problems,
    ...agents.problems,
    ...policyFiles.problems,
    ...policies.problems,
    ...(parsed.success ? clusterGrantProblems(agents.value, manifests, parsed.data.clusters) : []),
    ...impossible,
    ...unset.map((problem) => `${file}: ${formatProblem(problem)}`),
  ];
  if (!parsed.success || problems.length > 0) throw new RulesError(problems);
  const rules = { agents: agents.value, policies: policies.value, schema, settings: parsed.data };
  const fatal = lintPolicies(rules, manifests).filter((finding) => finding.fatal);
  if (fatal.length > 0) throw new RulesError(fatal.map((finding) => formatFinding(finding, rules, policyFiles.value)));
  return { ...rules, hash: digestOf(rules) };
};

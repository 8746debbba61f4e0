import { basename } from 'node:path';
import type { Rules } from '../../../contracts/rules.ts';
import { Settings, type SettingsInput } from '../../../contracts/settings.ts';
import type { Manifest } from '../../../contracts/tool.ts';
import { digestOf } from '../../trace/canonical.ts';
import { agentFiles } from './agent-files.ts';
import { compileAgents } from './agents.ts';
import { cedarSchema } from './cedar-schema.ts';
import { clusterGrantProblems } from './clusters.ts';
import { impossibleEnvironments } from './environment-names.ts';
import { formatFinding, lintPolicies } from './lint.ts';
import { compilePolicies, positionOfPolicy } from './policies.ts';
import { withoutPoliciesOff } from './policies-off.ts';
import { policyFilesOf, shippedFolder } from './policy-files.ts';
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
 * Compiles `config/agents`, the shipped policies, those of `config/policies` beside them, and the settings into the rules that
 * every function carries. Runs at synth and on the laptop. Throws one RulesError with all problems.
 */
export const compileRules = (
  configDir: string,
  settings: SettingsInput,
  { catalogue: { manifests, filesOf }, providers }: CompiledFor,
  shippedPolicies = shippedFolder(),
): Rules => {
  const ownFile = (manifest: Manifest): string | undefined => filesOf?.(manifest.name)?.manifest;
  const schema = cedarSchema(manifests);
  const files = agentFiles(configDir);
  const policyFiles = policyFilesOf(configDir, shippedPolicies);
  const parsed = Settings.safeParse(settings);
  const agents = compileAgents(files.value, manifests, parsed.data?.model);
  const written = compilePolicies(policyFiles.value, schema);
  const policies = withoutPoliciesOff(written.value, policyFiles.value, parsed.data?.policiesOff ?? []);
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
    ...written.problems,
    ...(parsed.success ? clusterGrantProblems(agents.value, manifests, parsed.data.clusters) : []),
    ...impossible,
    ...[...policies.problems, ...unset.map(formatProblem)].map((problem) => `${file}: ${problem}`),
  ];
  if (!parsed.success || problems.length > 0) throw new RulesError(problems);
  const rules = { agents: agents.value, policies: policies.value, schema, settings: parsed.data };
  const fatal = lintPolicies(rules, manifests).filter((finding) => finding.fatal);
  if (fatal.length > 0) throw new RulesError(fatal.map((finding) => formatFinding(finding, rules, policyFiles.value)));
  return { ...rules, hash: digestOf(rules) };
};

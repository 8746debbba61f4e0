import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Agent } from '../../lambdas/contracts/agent.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { digestOf } from '../../lambdas/kernel/trace/canonical.ts';
import { withSample } from '../../lambdas/kernel/policy/rules/agent-files.ts';
import { compileAgents } from '../../lambdas/kernel/policy/rules/agents.ts';
import { configFiles } from '../../lambdas/kernel/policy/rules/config-files.ts';
import { compilePolicies } from '../../lambdas/kernel/policy/rules/policies.ts';
import { withoutPoliciesOff } from '../../lambdas/kernel/policy/rules/policies-off.ts';
import { policyFilesOf, shippedFiles, type PolicyFile } from '../../lambdas/kernel/policy/rules/policy-files.ts';
import { RulesError } from '../../lambdas/kernel/policy/rules/rules-error.ts';
import { readText } from '../../local/files.ts';
import type { Catalogue } from '../../lambdas/tools/installed.ts';

const directoryHas = (directory: string, name: string): boolean =>
  statSync(join(directory, name), { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * The same rules with the policies of a directory of `.cedar` files, or of the `policies/` in it, beside the shipped ones. One with
 * the `@id` of a shipped policy is evaluated in its place, so that a looser or stricter wording of it can be tried.
 */
export const replacePolicies = (rules: Rules, directory: string): Rules => {
  const folder = resolve(directoryHas(directory, 'policies') ? join(directory, 'policies') : directory);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InputError(`--policies ${directory}`, 'this is not a directory', 'a directory like config/policies');
  if (!readdirSync(folder).some((name) => name.endsWith('.cedar')))
    throw new InputError(
      `--policies ${directory}`,
      'there is no .cedar file in it',
      'a directory like config/policies',
    );
  const files = configFiles(dirname(folder), basename(folder), '.cedar');
  const policies = compilePolicies(
    files.value.map((file) => ({ ...file, shipped: true })),
    rules.schema,
  );
  const problems = [...files.problems, ...policies.problems];
  if (problems.length > 0) throw new RulesError(problems);
  return hashed({ ...rules, policies: { ...shippedPolicies(rules).on, ...policies.value } });
};

/** The shipped policies: all of them, and those that the settings leave on. */
export const shippedPolicies = ({
  schema,
  settings,
}: Pick<Rules, 'schema' | 'settings'>): Readonly<Record<'all' | 'on', Rules['policies']>> => {
  const files = shippedFiles();
  const { value: all, problems } = compilePolicies(files.value, schema);
  const on = withoutPoliciesOff(all, files.value, settings.policiesOff);
  const found = [...files.problems, ...problems, ...on.problems];
  if (found.length > 0) throw new RulesError(found);
  return { all, on: on.value };
};

/** The agent of one file. */
export const agentIn = (path: string, { manifests }: Catalogue): Agent => {
  const file = withSample({ path, text: readText('--agent', path) }, path);
  const { value, problems } = compileAgents([file], manifests);
  const [agent] = value;
  if (agent === undefined || problems.length > 0) throw new RulesError(problems);
  return agent;
};

const hashed = ({ agents, policies, schema, settings }: Rules): Rules => {
  const rules = { agents, policies, schema, settings };
  return { ...rules, hash: digestOf(rules) };
};

/** The sources of the policies, shipped ones too, for messages with a line number. */
export const policyFiles = (directory: string): readonly PolicyFile[] => policyFilesOf(directory).value;

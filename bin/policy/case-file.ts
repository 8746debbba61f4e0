import * as z from 'zod';
import { FACT_NAMES, Facts, FACTS } from '../../lambdas/contracts/facts.ts';
import { PartialTarget } from '../../lambdas/contracts/plan.ts';
import type { Agent } from '../../lambdas/contracts/agent.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import type { EnvironmentSettings } from '../../lambdas/kernel/changes/environment.ts';
import { factsOf, type ChangeManifest } from '../../lambdas/contracts/tool.ts';
import type { ConfigFile } from '../../lambdas/kernel/policy/rules/config-files.ts';
import { didYouMean } from '../../lambdas/kernel/policy/rules/did-you-mean.ts';
import { RulesError } from '../../lambdas/kernel/policy/rules/rules-error.ts';
import type { Problem } from '../../lambdas/kernel/policy/rules/schema-problems.ts';
import { readYaml } from '../../lambdas/kernel/policy/rules/yaml-file.ts';
import type { Catalogue } from '../../lambdas/tools/installed.ts';

/** What a case may leave out. The `defaults` of a file apply to all its cases. */
const About = {
  agent: z.string().optional(),
  tool: z.string().optional(),
  target: PartialTarget.optional(),
  facts: Facts.optional(),
  /** `null`: the dry run found no price. */
  report: z.strictObject({ costDeltaCentsPerMonth: z.int().nullable() }).optional(),
  approver: z
    .strictObject({ id: z.string().min(1).optional(), email: z.email().optional(), roles: z.array(z.string()) })
    .optional(),
  /** For `approve` and `release`: whether it uses break-glass in a change freeze. */
  breakGlass: z.boolean().optional(),
  /** For `approve`: whether the approver caused the event. */
  triggerOwner: z.boolean().optional(),
};

const PolicyCase = z.strictObject({
  case: z.string().min(1),
  question: z.enum(['propose', 'plan', 'unattended', 'approve', 'release']),
  ...About,
  expect: z.strictObject({
    verdict: z.enum(['permitted', 'refused']),
    /** All statements that determined the decision, in any order. */
    speaks: z.array(z.string()).optional(),
    /** For `release`: how many people must approve. */
    approvals: z.int().min(1).max(5).optional(),
    /** The policy that trips the breaker, or null. */
    trips: z.string().nullable().optional(),
  }),
});
/** One question to policy, and the expected decision. */
export type PolicyCase = z.infer<typeof PolicyCase>;

const CaseFile = z.strictObject({
  defaults: z.strictObject(About).optional(),
  cases: z.array(PolicyCase).min(1),
});

/** What a case is evaluated under. */
export interface CaseRules extends Pick<Rules, 'policies'> {
  readonly agents: readonly Pick<Agent, 'name' | 'tools'>[];
  readonly settings: EnvironmentSettings;
}

/** A case with its location in a file, as file:line. */
export interface LocatedCase {
  readonly place: string;
  readonly given: PolicyCase;
}

/** What the names in a case refer to. */
export interface KnownNames {
  readonly rules: CaseRules;
  readonly catalogue: Catalogue;
}

/** The cases of some files, with defaults filled in. Throws one RulesError with every problem. */
export const readCases = (files: readonly ConfigFile[], known: KnownNames): LocatedCase[] => {
  const problems: string[] = [];
  const cases = files.flatMap((file) => {
    const read = readYaml(file, CaseFile, (content) => problemsOf(content, known));
    problems.push(...read.problems);
    return (read.value?.cases ?? []).map((one, index) => ({
      place: `${file.path}:${read.lineOf(['cases', index])}`,
      given: withDefaults(one, read.value?.defaults ?? {}),
    }));
  });
  if (problems.length > 0) throw new RulesError(problems);
  return cases;
};

type Defaults = NonNullable<z.infer<typeof CaseFile>['defaults']>;

const withDefaults = (one: PolicyCase, defaults: Defaults): PolicyCase => ({
  ...defaults,
  ...one,
  target: { ...defaults.target, ...one.target },
  facts: { ...defaults.facts, ...one.facts },
});

const problemsOf = ({ defaults = {}, cases }: z.infer<typeof CaseFile>, known: KnownNames): Problem[] =>
  cases.flatMap((one, index) =>
    problemsOfCase(withDefaults(one, defaults), known).map(({ path, message }) => ({
      path: ['cases', index, ...path],
      message,
    })),
  );

const problemsOfCase = (given: PolicyCase, { rules, catalogue }: KnownNames): Problem[] => {
  const { agent, question, expect, approver } = given;
  const agents = rules.agents.map((one) => one.name);
  const policies = Object.keys(rules.policies);
  const { speaks = [], trips, approvals } = expect;
  return [
    ...(agent === undefined ? [] : unknownName('agent', agent, agents, ['agent'])),
    ...speaks.flatMap((id, index) => unknownName('policy', id, policies, ['expect', 'speaks', index])),
    ...(typeof trips === 'string' ? unknownName('policy', trips, policies, ['expect', 'trips']) : []),
    ...(approvals !== undefined && question !== 'release'
      ? [{ path: ['expect', 'approvals'], message: `only the question release has approvals, this is ${question}` }]
      : []),
    ...(question === 'approve' && approver === undefined
      ? [{ path: ['question'], message: 'approve needs a person: add approver: { roles: [...] }' }]
      : []),
    ...toolProblems(given, catalogue),
  ];
};

const unknownName = (what: string, name: string, known: readonly string[], path: Problem['path']): Problem[] =>
  known.includes(name) ? [] : [{ path, message: `there is no ${what} "${name}"${didYouMean(name, known)}` }];

const toolProblems = ({ tool, facts = {} }: PolicyCase, catalogue: Catalogue): Problem[] => {
  const names = catalogue.change.map((line) => line.manifest.name);
  if (tool === undefined)
    return [{ path: [], message: `no tool, neither here nor in defaults; known: ${names.join(', ')}` }];
  const manifest = changeManifest(catalogue, tool);
  if (manifest === undefined)
    return [{ path: ['tool'], message: `"${tool}" is not a change tool${didYouMean(tool, names)}` }];
  const computed = factsOf(manifest);
  return FACT_NAMES.filter((name) => name in facts).flatMap((name): Problem[] => {
    const path = ['facts', name];
    if (!computed.includes(name))
      return [{ path, message: `${tool} does not compute this fact; it computes ${computed.join(', ')}` }];
    const wanted = FACTS[name].type === 'Bool' ? 'boolean' : 'number';
    return typeof facts[name] === wanted
      ? []
      : [{ path, message: `expected a ${wanted}; found ${String(facts[name])}` }];
  });
};

/** The manifest of a change tool. */
export const changeManifest = ({ change }: Catalogue, tool: string): ChangeManifest | undefined =>
  change.map((line) => line.manifest).find((manifest) => manifest.name === tool);

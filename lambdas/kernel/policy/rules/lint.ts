import { policyToJson, type PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Rules } from '../../../contracts/rules.ts';
import type { Manifest } from '../../../contracts/tool.ts';
import { contractBroken } from '../../../contracts/errors.ts';
import type { ConfigFile } from './config-files.ts';
import { didYouMean } from './did-you-mean.ts';
import { bothOf, casesOf, type Case } from './lint-cases.ts';
import { situations, type SituationQuestion } from './lint-situations.ts';
import { asExpression } from './lint-terms.ts';
import { placeOfPolicy } from './policies.ts';

/** Something that a policy does not do, or does more than anybody can have meant. */
export interface LintFinding {
  readonly policy: string;
  readonly kind: 'never-matches' | 'without-effect' | 'open';
  /** Whether it stops a deployment. */
  readonly fatal: boolean;
  readonly says: string;
}

/**
 * Finds policies that can never match, permits that a forbid always outweighs, and permits that are open to
 * all: what compiles, and is still a mistake. Sound, not complete: what it claims is so for every possible
 * request, as long as agents, approvers and tools are the ones given.
 */
export const lintPolicies = (
  rules: Pick<Rules, 'agents' | 'policies' | 'settings'>,
  manifests: readonly Manifest[],
): LintFinding[] => {
  const tools = manifests.filter((manifest) => manifest.kind === 'change');
  const all = situations(rules, tools);
  const policies = Object.entries(rules.policies).map(([id, text]) => read(id, text));
  const forbids = policies.filter((policy) => policy.effect === 'forbid');
  return policies.flatMap((policy): LintFinding[] => {
    const finding = (kind: LintFinding['kind'], says: string, fatal = false): LintFinding[] => [
      { policy: policy.id, kind, fatal, says },
    ];
    const reached = all.filter((situation) => situation.who !== null && ways(policy, situation).length > 0);
    if (reached.length === 0) return finding('never-matches', `can never match: ${whyNever(policy, rules, all)}.`);
    if (policy.effect === 'forbid') return [];
    const stronger = forbids.find((forbid) => reached.every((situation) => outweighs(forbid, policy, situation)));
    if (stronger) return finding('without-effect', `never takes effect: "${stronger.id}" forbids all that it permits.`);
    const open = openness(policy, all);
    return open === undefined ? [] : finding('open', open.says, open.fatal);
  });
};

/** A finding with its place: file:line:column, the policy, and what is wrong with it. */
export const findingInWords = (
  { policy, says }: LintFinding,
  { policies }: Pick<Rules, 'policies'>,
  files: readonly ConfigFile[],
): string => `${placeOfPolicy(files, policies[policy] ?? '')}: "${policy}" ${says}`;

interface ReadPolicy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** What must be true, and what must not be, for it to speak; the head of the policy is in there. */
  readonly when: readonly unknown[];
  readonly unless: readonly unknown[];
  readonly anyAction: boolean;
}

const read = (id: string, text: string): ReadPolicy => {
  const answer = policyToJson(text);
  if (answer.type === 'failure') throw contractBroken(`The compiled policy ${id} does not parse.`);
  const { json } = answer;
  const bodies = (kind: 'when' | 'unless'): unknown[] =>
    json.conditions.filter((clause) => clause.kind === kind).map((clause) => clause.body);
  return {
    id,
    effect: json.effect,
    when: [...headOf(json), ...bodies('when')],
    unless: bodies('unless'),
    anyAction: json.action.op === 'All',
  };
};

/** The head of a policy as conditions on the variables that it names. */
const headOf = ({ principal, action, resource }: PolicyJson): unknown[] =>
  Object.entries({ principal, action, resource }).flatMap(([name, constraint]): unknown[] => {
    const left = { Var: name };
    if (constraint.op === 'All' || 'slot' in constraint) return [];
    if (constraint.op === 'is') {
      const group = constraint.in && 'entity' in constraint.in ? { in: asExpression(constraint.in.entity) } : {};
      return [{ is: { left, entity_type: constraint.entity_type, ...group } }];
    }
    if ('entities' in constraint) return [{ in: { left, right: { Set: constraint.entities.map(asExpression) } } }];
    return [{ [constraint.op]: { left, right: asExpression(constraint.entity) } }];
  });

/** The ways in which a policy speaks in a situation. */
const ways = ({ when, unless }: ReadPolicy, situation: SituationQuestion): readonly Case[] =>
  [
    ...when.map((condition) => casesOf(condition, true, situation)),
    ...unless.map((condition) => casesOf(condition, false, situation)),
  ].reduce(bothOf, [new Map()]);

/** The ways in which it is silent. */
const waysOut = ({ when, unless }: ReadPolicy, situation: SituationQuestion): readonly Case[] => [
  ...when.flatMap((condition) => casesOf(condition, false, situation)),
  ...unless.flatMap((condition) => casesOf(condition, true, situation)),
];

const outweighs = (forbid: ReadPolicy, permit: ReadPolicy, situation: SituationQuestion): boolean =>
  bothOf(ways(permit, situation), waysOut(forbid, situation)).length === 0;

const openness = (
  policy: ReadPolicy,
  all: readonly SituationQuestion[],
): Pick<LintFinding, 'says' | 'fatal'> | undefined => {
  if (policy.anyAction)
    return {
      says: 'is a permit for every question at once, applying without a human among them; name one action.',
      fatal: true,
    };
  const open = all.filter((situation) => ways(policy, situation).length > 0 && waysOut(policy, situation).length === 0);
  const tools = [...new Set(open.filter((one) => one.question === 'unattended').map((one) => one.tool))];
  if (tools.length > 0)
    return {
      says: `lets every plan of ${tools.join(', ')} be applied without a human, whatever its target and its size; add a condition on resource, context.facts or context.report.`,
      fatal: true,
    };
  return open.some((situation) => situation.who === null)
    ? { says: 'lets every approver approve, whatever their role; name a role or add a condition.', fatal: false }
    : undefined;
};

/** The name that nobody has, if it is a name; most often it is misspelt. */
const whyNever = (
  policy: ReadPolicy,
  rules: Pick<Rules, 'agents' | 'settings'>,
  all: readonly SituationQuestion[],
): string => {
  const { approvers } = rules.settings;
  const known: Readonly<Record<string, readonly string[]>> = {
    Agent: rules.agents.filter((agent) => agent.tools.change.length > 0).map((agent) => agent.name),
    Role: [...new Set(approvers.flatMap((approver) => approver.roles))],
    Approver: approvers.map((approver) => approver.email),
  };
  const text = JSON.stringify([policy.when, policy.unless]);
  for (const [, type = '', id = ''] of text.matchAll(/"type":"Checkrein::(\w+)","id":"([^"]*)"/g)) {
    const names = known[type];
    if (names && !names.includes(id)) return `${MISSING[type] ?? type} "${id}"${didYouMean(id, names)}`;
  }
  const tool = /"attr":"tool"\}\},?"right":\{"Value":"([^"]*)"/.exec(text)?.[1];
  const tools = [...new Set(all.map((one) => one.tool))];
  if (tool !== undefined && !tools.includes(tool))
    return `no change tool is called "${tool}"${didYouMean(tool, tools)}`;
  return 'no agent, approver, tool and facts can fulfil its conditions all at once';
};

const MISSING: Readonly<Record<string, string>> = {
  Agent: 'no agent of config/agents with change tools is called',
  Role: 'no approver of config/deployment.ts has the role',
  Approver: 'config/deployment.ts has no approver',
};

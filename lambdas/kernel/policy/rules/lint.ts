import { policyToJson, type PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Rules } from '../../../contracts/rules.ts';
import type { Manifest } from '../../../contracts/tool.ts';
import { contractBroken } from '../../../contracts/errors.ts';
import type { ConfigFile } from './config-files.ts';
import { didYouMean } from './did-you-mean.ts';
import { conjunction, casesOf, type Case } from './lint-cases.ts';
import { possibleRequests, type PolicyRequest } from './lint-requests.ts';
import { asExpression } from './lint-terms.ts';
import { positionOfPolicy } from './policies.ts';

/** A probable mistake in a policy that compiles. */
export interface LintFinding {
  readonly policy: string;
  readonly kind: 'never-matches' | 'without-effect' | 'open';
  /** Whether it stops a deployment. */
  readonly fatal: boolean;
  readonly message: string;
}

/**
 * Finds policies that can never match, permits that a forbid always overrides, and permits that are open to
 * everyone. Sound but not complete: every finding holds for all possible requests with these agents, approvers
 * and tools.
 */
export const lintPolicies = (
  rules: Pick<Rules, 'agents' | 'policies' | 'settings'>,
  manifests: readonly Manifest[],
): LintFinding[] => {
  const tools = manifests.filter((manifest) => manifest.kind === 'change');
  const all = possibleRequests(rules, tools);
  const policies = Object.entries(rules.policies).map(([id, text]) => read(id, text));
  const forbids = policies.filter((policy) => policy.effect === 'forbid');
  return policies.flatMap((policy): LintFinding[] => {
    const finding = (kind: LintFinding['kind'], message: string, fatal = false): LintFinding[] => [
      { policy: policy.id, kind, fatal, message },
    ];
    const matched = all.filter((request) => request.who !== null && matchingCases(policy, request).length > 0);
    if (matched.length === 0) return finding('never-matches', `can never match: ${whyNoMatch(policy, rules, all)}.`);
    if (policy.effect === 'forbid') return [];
    const overriding = forbids.find((forbid) => matched.every((request) => overrides(forbid, policy, request)));
    if (overriding)
      return finding('without-effect', `never takes effect: "${overriding.id}" forbids all that it permits.`);
    const open = openFinding(policy, all);
    return open === undefined ? [] : finding('open', open.message, open.fatal);
  });
};

/** A finding as text: file:line:column, the policy, and the problem. */
export const formatFinding = (
  { policy, message }: LintFinding,
  { policies }: Pick<Rules, 'policies'>,
  files: readonly ConfigFile[],
): string => `${positionOfPolicy(files, policies[policy] ?? '')}: "${policy}" ${message}`;

interface ReadPolicy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** Conditions that must be true, and that must not be, for it to apply; its head is among them. */
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

/** The cases in which a policy applies to a request. */
const matchingCases = ({ when, unless }: ReadPolicy, request: PolicyRequest): readonly Case[] =>
  [
    ...when.map((condition) => casesOf(condition, true, request)),
    ...unless.map((condition) => casesOf(condition, false, request)),
  ].reduce(conjunction, [new Map()]);

/** The cases in which it does not. */
const unmatchedCases = ({ when, unless }: ReadPolicy, request: PolicyRequest): readonly Case[] => [
  ...when.flatMap((condition) => casesOf(condition, false, request)),
  ...unless.flatMap((condition) => casesOf(condition, true, request)),
];

const overrides = (forbid: ReadPolicy, permit: ReadPolicy, request: PolicyRequest): boolean =>
  conjunction(matchingCases(permit, request), unmatchedCases(forbid, request)).length === 0;

const openFinding = (
  policy: ReadPolicy,
  all: readonly PolicyRequest[],
): Pick<LintFinding, 'message' | 'fatal'> | undefined => {
  if (policy.anyAction)
    return {
      message: 'permits every action, applying without a human included; name one action.',
      fatal: true,
    };
  const open = all.filter(
    (request) => matchingCases(policy, request).length > 0 && unmatchedCases(policy, request).length === 0,
  );
  const tools = [...new Set(open.filter((one) => one.question === 'unattended').map((one) => one.tool))];
  if (tools.length > 0)
    return {
      message: `lets every plan of ${tools.join(', ')} be applied without a human, whatever its target and its size; add a condition on resource, context.facts or context.report.`,
      fatal: true,
    };
  return open.some((request) => request.who === null)
    ? { message: 'lets every approver approve, whatever their role; name a role or add a condition.', fatal: false }
    : undefined;
};

/** The name that does not exist, most often a misspelt one; else a general reason. */
const whyNoMatch = (
  policy: ReadPolicy,
  rules: Pick<Rules, 'agents' | 'settings'>,
  all: readonly PolicyRequest[],
): string => {
  const { approvers } = rules.settings;
  const known: Readonly<Record<string, readonly string[]>> = {
    Agent: rules.agents.filter((agent) => agent.tools.change.length > 0).map((agent) => agent.name),
    Role: [...new Set(approvers.flatMap((approver) => approver.roles))],
    Approver: approvers.map((approver) => approver.id),
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
  return 'no combination of agent, approver, tool and facts meets all its conditions';
};

const MISSING: Readonly<Record<string, string>> = {
  Agent: 'no agent of config/agents with change tools is called',
  Role: 'no approver of the settings (`approvers`) has the role',
  Approver: 'the settings (`approvers`) have no approver',
};

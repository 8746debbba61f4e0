import * as z from 'zod';
import { KERNEL_FACTS, type FactName } from '../../../contracts/facts.ts';
import type { Rules } from '../../../contracts/rules.ts';
import type { ChangeManifest } from '../../../contracts/tool.ts';
import { entityName, operationOf, Pair, pathOf, type Constant, type Situation } from './lint-terms.ts';

/** A question of policy about one tool, put by or to one principal. */
export interface SituationQuestion extends Situation {
  readonly question: 'propose' | 'unattended' | 'approve' | 'release';
  readonly tool: string;
  /** Name of the agent or address of the approver; null for an approver without any role. */
  readonly who: string | null;
}

interface Principal {
  readonly type: 'Agent' | 'Approver';
  readonly id: string;
  readonly roles: readonly string[];
  readonly stranger: boolean;
}

const named = (type: string, id: string): string => `Checkrein::${type}::${JSON.stringify(id)}`;

/**
 * Every situation in which policy is asked anything: each agent with change tools about each change tool, as
 * a proposal and as a plan, and each approver about a plan. One approver more is a stranger to all roles.
 */
export const situations = (
  rules: Pick<Rules, 'agents' | 'settings'>,
  manifests: readonly ChangeManifest[],
): readonly SituationQuestion[] => {
  const changing = rules.agents.filter((agent) => agent.tools.change.length > 0).map((agent) => agent.name);
  // Where every agent only reads, policies are judged for the one that may come.
  const agents = (changing.length > 0 ? changing : ['']).map((id): Principal => {
    return { type: 'Agent', id, roles: [], stranger: false };
  });
  const approvers = rules.settings.approvers.map(({ email, roles }): Principal => {
    return { type: 'Approver', id: email, roles, stranger: false };
  });
  const stranger: Principal = { type: 'Approver', id: '', roles: [], stranger: true };
  return manifests.flatMap((tool) => [
    ...agents.flatMap((agent) => [
      asked('propose', agent, tool, { 'context.phase': 'proposal' }),
      asked('propose', agent, tool, { 'context.phase': 'plan' }),
      asked('unattended', agent, tool, { 'context.tool': tool.name }),
      asked('release', agent, tool, { 'context.tool': tool.name }),
    ]),
    ...[...approvers, stranger].map((person) => asked('approve', person, tool, { 'context.tool': tool.name })),
  ]);
};

const asked = (
  question: SituationQuestion['question'],
  principal: Principal,
  tool: ChangeManifest,
  more: Readonly<Record<string, Constant>>,
): SituationQuestion => {
  const action = question === 'propose' ? tool.name : question === 'unattended' ? 'applyUnattended' : question;
  const fixed: Readonly<Record<string, Constant>> = {
    principal: named(principal.type, principal.id),
    action: named('Action', action),
    'principal.readOnly': false,
    'resource.kind': tool.targetKind,
    ...more,
  };
  const around: Readonly<Record<string, readonly string[]>> = {
    principal: [named(principal.type, principal.id), ...principal.roles.map((role) => named('Role', role))],
    action: [named('Action', action), ...(question === 'propose' ? [named('Action', 'change')] : [])],
  };
  const types: Readonly<Record<string, string>> = { principal: principal.type, action: 'Action', resource: 'Target' };
  const known = contextOf(question, tool, more);
  return {
    question,
    tool: tool.name,
    who: principal.stranger ? null : principal.id,
    valueOf: (path) => fixed[path],
    rangeOf: (path) => RANGES[path] ?? (path.startsWith('context.facts.') ? FROM_ZERO : ANY),
    holds: (operator, operand) => {
      switch (operator) {
        case 'has':
          return hasIt(known, operand);
        case 'in':
          return isIn(around, operand);
        case 'is':
          return isOf(types, around, operand);
      }
    },
  };
};

const FROM_ZERO = [0, Number.MAX_SAFE_INTEGER] as const;
const ANY = [-Infinity, Infinity] as const;
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  'context.approvals': [1, 5],
  'context.facts.hourUtc': [0, 23],
  'context.facts.weekday': [1, 7],
  'context.facts.cutPercent': [0, 100],
  'context.facts.fleetAffectedPercent': [0, 100],
};

/** The names that the context has, each with the way to it. */
const contextOf = (
  question: SituationQuestion['question'],
  tool: ChangeManifest,
  more: object,
): ReadonlySet<string> => {
  const facts: readonly FactName[] = [...tool.facts, ...KERNEL_FACTS];
  const report = question !== 'propose' || Object.values(more).includes('plan');
  return new Set([
    'context.facts',
    ...facts.map((name) => `context.facts.${name}`),
    ...Object.keys(more),
    ...(report ? ['context.report', 'context.report.costDeltaCentsPerMonth', 'context.report.costKnown'] : []),
    ...(question === 'release' ? ['context.approvals', 'context.breakGlass'] : []),
    ...(question === 'approve' ? ['context.breakGlass', 'context.triggerOwner'] : []),
  ]);
};

const Has = z.object({ left: z.unknown(), attr: z.union([z.string(), z.array(z.string())]) });
const Is = z.object({ left: z.unknown(), entity_type: z.string(), in: z.unknown().optional() });
const Elements = z.object({ Set: z.array(z.unknown()) });

const hasIt = (known: ReadonlySet<string>, operand: unknown): boolean | undefined => {
  const { left, attr } = Has.parse(operand);
  const base = pathOf(left);
  return base?.startsWith('context') ? known.has([base, attr].flat().join('.')) : undefined;
};

const isIn = (around: Readonly<Record<string, readonly string[]>>, operand: unknown): boolean | undefined => {
  const { left, right } = Pair.parse(operand);
  const groups = around[pathOf(left) ?? ''];
  const set = Elements.safeParse(right);
  const names = (set.success ? set.data.Set : [right]).map((one) => entityName(operationOf(one)[1]));
  return groups && names.some((name) => name !== undefined && groups.includes(name));
};

const isOf = (
  types: Readonly<Record<string, string>>,
  around: Readonly<Record<string, readonly string[]>>,
  operand: unknown,
): boolean | undefined => {
  const { left, entity_type: type, in: group } = Is.parse(operand);
  const actual = types[pathOf(left) ?? ''];
  if (actual === undefined) return undefined;
  if (type !== `Checkrein::${actual}`) return false;
  return group === undefined ? true : isIn(around, { left, right: group });
};

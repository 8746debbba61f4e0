import * as z from 'zod';
import type { Rules } from '../../../contracts/rules.ts';
import { factsOf, type ChangeManifest } from '../../../contracts/tool.ts';
import { entityName, operationOf, Pair, pathOf, type Constant, type PartialRequest } from './lint-terms.ts';

/** A policy request about one tool and one principal. */
export interface PolicyRequest extends PartialRequest {
  readonly question: 'propose' | 'unattended' | 'approve' | 'release';
  readonly tool: string;
  /** Name of the agent or id of the approver; null for an approver without any role. */
  readonly who: string | null;
}

interface Principal {
  readonly type: 'Agent' | 'Approver';
  /** Null for an approver without any role. */
  readonly id: string | null;
  readonly roles: readonly string[];
}

const named = (type: string, id: string | null): string => `Checkrein::${type}::${JSON.stringify(id ?? '')}`;

/**
 * Every possible policy request: each agent with change tools about each change tool, as a proposal and as a
 * plan, and each approver about a plan, with one approver more who has no role.
 */
export const possibleRequests = (
  rules: Pick<Rules, 'agents' | 'settings'>,
  manifests: readonly ChangeManifest[],
): readonly PolicyRequest[] => {
  const changing = rules.agents.filter((agent) => agent.tools.change.length > 0).map((agent) => agent.name);
  // If all agents are read-only, policies are checked for one that may be added.
  const agents = (changing.length > 0 ? changing : ['']).map((id): Principal => {
    return { type: 'Agent', id, roles: [] };
  });
  const approvers = rules.settings.approvers.map(({ id, roles }): Principal => {
    return { type: 'Approver', id, roles };
  });
  const withoutRole: Principal = { type: 'Approver', id: null, roles: [] };
  return manifests.flatMap((tool) => [
    ...agents.flatMap((agent) => [
      requestOf('propose', agent, tool, { 'context.phase': 'proposal' }),
      requestOf('propose', agent, tool, { 'context.phase': 'plan' }),
      requestOf('unattended', agent, tool, { 'context.tool': tool.name }),
      requestOf('release', agent, tool, { 'context.tool': tool.name }),
    ]),
    ...[...approvers, withoutRole].map((person) => requestOf('approve', person, tool, { 'context.tool': tool.name })),
  ]);
};

const requestOf = (
  question: PolicyRequest['question'],
  principal: Principal,
  tool: ChangeManifest,
  more: Readonly<Record<string, Constant>>,
): PolicyRequest => {
  const action = question === 'propose' ? tool.name : question === 'unattended' ? 'applyUnattended' : question;
  const fixed: Readonly<Record<string, Constant>> = {
    principal: named(principal.type, principal.id),
    action: named('Action', action),
    'principal.readOnly': false,
    'resource.kind': tool.targetKind,
    ...more,
  };
  const ancestors: Readonly<Record<string, readonly string[]>> = {
    principal: [named(principal.type, principal.id), ...principal.roles.map((role) => named('Role', role))],
    action: [named('Action', action), ...(question === 'propose' ? [named('Action', 'change')] : [])],
  };
  const types: Readonly<Record<string, string>> = { principal: principal.type, action: 'Action', resource: 'Target' };
  const known = contextOf(question, tool, more);
  return {
    question,
    tool: tool.name,
    who: principal.id,
    valueOf: (path) => fixed[path],
    rangeOf: (path) => RANGES[path] ?? (path.startsWith('context.facts.') ? FROM_ZERO : ANY),
    holds: (operator, operand) => {
      switch (operator) {
        case 'has':
          return hasIt(known, operand);
        case 'in':
          return isIn(ancestors, operand);
        case 'is':
          return isOf(types, ancestors, operand);
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
  'context.facts.cpuCutPercent': [0, 100],
  'context.facts.memoryCutPercent': [0, 100],
  'context.facts.fleetAffectedPercent': [0, 100],
};

/** The paths of all names in the context. */
const contextOf = (question: PolicyRequest['question'], tool: ChangeManifest, more: object): ReadonlySet<string> => {
  const report = question !== 'propose' || Object.values(more).includes('plan');
  return new Set([
    'context.facts',
    ...factsOf(tool).map((name) => `context.facts.${name}`),
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

const isIn = (ancestors: Readonly<Record<string, readonly string[]>>, operand: unknown): boolean | undefined => {
  const { left, right } = Pair.parse(operand);
  const groups = ancestors[pathOf(left) ?? ''];
  const set = Elements.safeParse(right);
  const names = (set.success ? set.data.Set : [right]).map((one) => entityName(operationOf(one)[1]));
  return groups && names.some((name) => name !== undefined && groups.includes(name));
};

const isOf = (
  types: Readonly<Record<string, string>>,
  ancestors: Readonly<Record<string, readonly string[]>>,
  operand: unknown,
): boolean | undefined => {
  const { left, entity_type: type, in: group } = Is.parse(operand);
  const actual = types[pathOf(left) ?? ''];
  if (actual === undefined) return undefined;
  if (type !== `Checkrein::${actual}`) return false;
  return group === undefined ? true : isIn(ancestors, { left, right: group });
};

import * as z from 'zod';
import { canonical } from '../../trace/canonical.ts';
import { Json } from '../../../contracts/json.ts';
import { entityName, operationOf, Pair, pathOf, type Constant, type PartialRequest } from './lint-terms.ts';

/** What one value may still be: a number within bounds, or a value that equals one constant or differs from some. */
interface Domain {
  readonly min: number;
  readonly max: number;
  readonly is?: Constant;
  readonly not: readonly Constant[];
}
/** One way in which a condition can hold: a domain for each value. Unconstrained values are left out. */
export type Case = ReadonlyMap<string, Domain>;

const ALWAYS: readonly Case[] = [new Map()];
const NEVER: readonly Case[] = [];
/** A condition with more cases than this is not analysed; it counts as one that may hold. */
const MOST_CASES = 500;

const merged = (a: Domain, b: Domain): Domain | undefined => {
  const is = a.is ?? b.is;
  const not = [...a.not, ...b.not];
  const domain = { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max), not };
  if (domain.min > domain.max || (is !== undefined && (is !== (b.is ?? is) || not.includes(is)))) return undefined;
  return is === undefined ? domain : { ...domain, is };
};

const intersection = (a: Case, b: Case): Case | undefined => {
  const both = new Map(a);
  for (const [subject, domain] of b) {
    const before = both.get(subject);
    const now = before === undefined ? domain : merged(before, domain);
    if (now === undefined) return undefined;
    both.set(subject, now);
  }
  return both;
};

/** The cases in which both hold. */
export const conjunction = (left: readonly Case[], right: readonly Case[]): readonly Case[] => {
  if (left.length * right.length > MOST_CASES) return ALWAYS;
  return left.flatMap((one) => right.flatMap((other) => intersection(one, other) ?? []));
};
const disjunction = (left: readonly Case[], right: readonly Case[]): readonly Case[] => [...left, ...right];

const constantCases = (value: boolean, wanted: boolean): readonly Case[] => (value === wanted ? ALWAYS : NEVER);

const within = (subject: string, [lowest, highest]: readonly [number, number], min: number, max: number) => {
  const domain = merged({ min: lowest, max: highest, not: [] }, { min, max, not: [] });
  return domain === undefined ? NEVER : [new Map([[subject, domain]])];
};

const equal = (subject: string, value: Constant, wanted: boolean, request: PartialRequest): readonly Case[] => {
  if (typeof value === 'number') {
    const range = request.rangeOf(subject);
    if (wanted) return within(subject, range, value, value);
    return disjunction(within(subject, range, -Infinity, value - 1), within(subject, range, value + 1, Infinity));
  }
  const open = { min: -Infinity, max: Infinity };
  if (typeof value === 'boolean') return [new Map([[subject, { ...open, is: value === wanted, not: [] }]])];
  return [new Map([[subject, wanted ? { ...open, is: value, not: [] } : { ...open, not: [value] }]])];
};

/** An operand: a constant that the request determines, or the name of a value. */
type Term = { readonly constant: Constant } | { readonly subject: string };

const termOf = (expression: unknown, request: PartialRequest): Term => {
  const [operator, operand] = operationOf(expression);
  if (operator === 'Value') {
    const constant = entityName(operand) ?? operand;
    if (typeof constant === 'string' || typeof constant === 'number' || typeof constant === 'boolean')
      return { constant };
  }
  const path = pathOf(expression);
  const known = path === null ? undefined : request.valueOf(path);
  return known === undefined ? { subject: path ?? canonical(Json.parse(expression)) } : { constant: known };
};

const opaqueCases = (expression: unknown, wanted: boolean, request: PartialRequest): readonly Case[] => {
  const term = termOf(expression, request);
  return 'constant' in term
    ? constantCases(term.constant === true, wanted)
    : equal(term.subject, true, wanted, request);
};

const equality = (expression: unknown, operand: unknown, wanted: boolean, request: PartialRequest): readonly Case[] => {
  const { left, right } = Pair.parse(operand);
  const [a, b] = [termOf(left, request), termOf(right, request)];
  if ('constant' in a && 'constant' in b) return constantCases(a.constant === b.constant, wanted);
  if ('subject' in a && 'constant' in b) return equal(a.subject, b.constant, wanted, request);
  if ('constant' in a && 'subject' in b) return equal(b.subject, a.constant, wanted, request);
  return opaqueCases(expression, wanted, request);
};

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const OPPOSITE: Readonly<Record<string, string>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' };

const order = (operator: string, operand: unknown, wanted: boolean, request: PartialRequest): readonly Case[] => {
  const { left, right } = Pair.parse(operand);
  const [a, b] = [termOf(left, request), termOf(right, request)];
  if ('constant' in a && 'subject' in b)
    return order(MIRRORED[operator] ?? operator, { left: right, right: left }, wanted, request);
  if (!('subject' in a && 'constant' in b) || typeof b.constant !== 'number')
    return opaqueCases({ [operator]: operand }, wanted, request);
  const [subject, bound, range] = [a.subject, b.constant, request.rangeOf(a.subject)];
  switch (wanted ? operator : OPPOSITE[operator]) {
    case '<':
      return within(subject, range, -Infinity, bound - 1);
    case '<=':
      return within(subject, range, -Infinity, bound);
    case '>':
      return within(subject, range, bound + 1, Infinity);
    default:
      return within(subject, range, bound, Infinity);
  }
};

const Elements = z.object({ Set: z.array(z.unknown()) });
const If = z.object({ if: z.unknown(), then: z.unknown(), else: z.unknown() });
const Argument = z.object({ arg: z.unknown() });

/**
 * The cases in which a Cedar expression is true, or with `wanted` false is not, for a request. An expression
 * that this does not understand may be either, so no case means that there really is none.
 */
export const casesOf = (expression: unknown, wanted: boolean, request: PartialRequest): readonly Case[] => {
  const [operator, operand] = operationOf(expression);
  const of = (inner: unknown, want = wanted): readonly Case[] => casesOf(inner, want, request);
  switch (operator) {
    case '!':
      return of(Argument.parse(operand).arg, !wanted);
    case '&&':
    case '||': {
      const { left, right } = Pair.parse(operand);
      return ((operator === '&&') === wanted ? conjunction : disjunction)(of(left), of(right));
    }
    case 'if-then-else': {
      const branches = If.parse(operand);
      const otherwise = conjunction(of(branches.if, false), of(branches.else));
      return disjunction(conjunction(of(branches.if, true), of(branches.then)), otherwise);
    }
    case '==':
      return equality(expression, operand, wanted, request);
    case '!=':
      return of({ '==': operand }, !wanted);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return order(operator, operand, wanted, request);
    case 'contains': {
      const { left, right } = Pair.parse(operand);
      const set = Elements.safeParse(left);
      if (!set.success) return opaqueCases(expression, wanted, request);
      const oneOf = set.data.Set.map((element) => ({ '==': { left: right, right: element } }));
      return of(oneOf.reduce<unknown>((any, one) => ({ '||': { left: any, right: one } }), { Value: false }));
    }
    case 'has':
    case 'in':
    case 'is': {
      const answer = request.holds(operator, operand);
      return answer === undefined ? opaqueCases(expression, wanted, request) : constantCases(answer, wanted);
    }
    default:
      return opaqueCases(expression, wanted, request);
  }
};

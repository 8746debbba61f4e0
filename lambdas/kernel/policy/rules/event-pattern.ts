import type { EventPattern } from '../../../contracts/agent.ts';

/**
 * Whether an event matches an EventBridge pattern: every key of the pattern must be in the event, one
 * alternative of each list must hold, and of an array in the event one element suffices. Elements of an
 * array of objects are matched one by one, so two conditions must hold for the same element. An invalid
 * pattern matches nothing.
 */
export const matchesPattern = (pattern: EventPattern, event: unknown): boolean =>
  checkPattern(pattern).length === 0 && matchesObject(pattern, event);

/** The problems of a pattern, each with its path; empty if it is valid. */
export const checkPattern = (pattern: unknown, path: Path = []): PatternProblem[] => {
  if (!isObject(pattern)) {
    const problem = `${JSON.stringify(pattern)} must be a list of alternatives, such as [${JSON.stringify(pattern)}]`;
    return [{ path, problem }];
  }
  const keys = Object.keys(pattern);
  if (keys.length === 0) return [{ path, problem: 'an empty pattern would match every event' }];
  return keys.flatMap((key) => {
    const value = pattern[key];
    const here = [...path, key];
    if (key.startsWith('$'))
      return [{ path: here, problem: `"${key}" is not supported; write one agent for each case` }];
    return Array.isArray(value) ? checkAlternatives(value, here) : checkPattern(value, here);
  });
};

type Path = readonly (string | number)[];
interface PatternProblem {
  readonly path: Path;
  readonly problem: string;
}
type Scalar = string | number | boolean | null;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isScalar = (value: unknown): value is Scalar =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);
const isStringOrNumber = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** The scalars that a value holds; none for an absent key, an object, or an empty list. */
const leavesOf = (value: unknown): readonly Scalar[] => listOf(value).flat(Infinity).filter(isScalar);

const matchesObject = (pattern: Readonly<Record<string, unknown>>, event: unknown): boolean => {
  if (Array.isArray(event) && event.length > 0) return event.some((element) => matchesObject(pattern, element));
  const fields = isObject(event) ? event : {};
  return Object.entries(pattern).every(([key, expected]) => {
    const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (isObject(expected)) return matchesObject(expected, value);
    return listOf(expected).some((alternative) => matchesLeaves(alternative, leavesOf(value)));
  });
};

const matchesLeaves = (alternative: unknown, leaves: readonly Scalar[]): boolean => {
  if (!isObject(alternative)) return leaves.includes(isScalar(alternative) ? alternative : NaN);
  const [entry] = Object.entries(alternative);
  const operator = entry && OPERATORS.get(entry[0]);
  return operator !== undefined && operator.holds(entry?.[1], leaves);
};

interface Operator {
  /** What the operand must be; null if it is. */
  readonly expects: (operand: unknown) => string | null;
  readonly holds: (operand: unknown, leaves: readonly Scalar[]) => boolean;
}

const text = (test: (value: string, operand: string) => boolean): Operator => ({
  expects: (operand) => (typeof operand === 'string' && operand !== '' ? null : 'a text that is not empty'),
  holds: (operand, leaves) =>
    typeof operand === 'string' && leaves.some((leaf) => typeof leaf === 'string' && test(leaf, operand)),
});

const prefix = text((value, operand) => value.startsWith(operand));
const suffix = text((value, operand) => value.endsWith(operand));

const exists: Operator = {
  expects: (operand) => (typeof operand === 'boolean' ? null : 'true or false'),
  holds: (operand, leaves) => leaves.length > 0 === operand,
};

/** Needs the key, as in EventBridge: an absent key does not match. */
const anythingBut: Operator = {
  expects: (operand) => {
    if (isObject(operand)) {
      const [name, ...others] = Object.keys(operand);
      const inner = others.length === 0 && (name === 'prefix' || name === 'suffix') ? OPERATORS.get(name) : undefined;
      return inner ? inner.expects(operand[name ?? '']) : 'values, a prefix or a suffix';
    }
    const values = listOf(operand);
    return values.length > 0 && values.every(isStringOrNumber) ? null : 'texts or numbers, at least one';
  },
  holds: (operand, leaves) =>
    leaves.some((leaf) =>
      isObject(operand) ? !matchesLeaves(operand, [leaf]) : !listOf(operand).some((value) => value === leaf),
    ),
};

const COMPARISONS: ReadonlyMap<unknown, (left: number, right: number) => boolean> = new Map([
  ['<', (left, right) => left < right],
  ['<=', (left, right) => left <= right],
  ['=', (left, right) => left === right],
  ['>=', (left, right) => left >= right],
  ['>', (left, right) => left > right],
]);

/** `[">", 0]` or a range, `[">", 0, "<=", 5]`. */
const numeric: Operator = {
  expects: (operand) => {
    const parts = listOf(operand);
    const sound = parts.every((part, index) => (index % 2 === 0 ? COMPARISONS.has(part) : typeof part === 'number'));
    return sound && (parts.length === 2 || parts.length === 4)
      ? null
      : 'one or two comparisons, such as [">", 0, "<=", 5]';
  },
  holds: (operand, leaves) => leaves.some((leaf) => typeof leaf === 'number' && withinAll(listOf(operand), leaf)),
};

const withinAll = (parts: readonly unknown[], value: number): boolean => {
  const [sign, bound, ...rest] = parts;
  const holds = typeof bound === 'number' && COMPARISONS.get(sign)?.(value, bound) === true;
  return holds && (rest.length === 0 || withinAll(rest, value));
};

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['prefix', prefix],
  ['suffix', suffix],
  ['exists', exists],
  ['anything-but', anythingBut],
  ['numeric', numeric],
]);

const checkAlternatives = (alternatives: readonly unknown[], path: Path): PatternProblem[] => {
  if (alternatives.length === 0)
    return [{ path, problem: 'an empty list matches nothing; name at least one alternative' }];
  return alternatives.flatMap((alternative, index) => {
    const problem = problemOf(alternative);
    return problem === null ? [] : [{ path: [...path, index], problem }];
  });
};

const problemOf = (alternative: unknown): string | null => {
  if (isScalar(alternative)) return null;
  const [name, ...others] = isObject(alternative) ? Object.keys(alternative) : [];
  if (name === undefined || others.length > 0) return 'expected a value or one operator, such as { prefix: "prod-" }';
  const operator = OPERATORS.get(name);
  if (!operator) return `unknown operator "${name}"; known: ${[...OPERATORS.keys()].join(', ')}`;
  const expected = operator.expects(isObject(alternative) ? alternative[name] : undefined);
  return expected === null ? null : `"${name}" takes ${expected}`;
};

import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { PRODUCTION, type Settings } from '../../../contracts/settings.ts';
import { operationOf, Pair, pathOf } from './lint-terms.ts';

/**
 * Environments that a policy compares with and that no target can have, as a sentence each. Such a comparison never
 * holds, so a `forbid` about "prod" would stop nothing.
 */
export const impossibleEnvironments = (text: string, { nonProduction }: Pick<Settings, 'nonProduction'>): string[] => {
  const answer = policyToJson(text);
  if (answer.type === 'failure') return [];
  const possible = [PRODUCTION, ...nonProduction];
  return [...new Set(environmentsIn(answer.json.conditions))]
    .filter((name) => !possible.includes(name))
    .map(
      (name) =>
        `no target has the environment "${name}": it is "${PRODUCTION}" or one that nonProduction lists (${nonProduction.join(', ') || 'none'}), and everything else is "${PRODUCTION}"`,
    );
};

/** The names that an expression compares `resource.environment` with. */
const environmentsIn = (expression: unknown): string[] => {
  if (typeof expression !== 'object' || expression === null) return [];
  const pair = Pair.safeParse(operationOf(expression)[1]);
  const sides = pair.success ? [pair.data.left, pair.data.right] : [];
  if (sides.some((side) => pathOf(side) === 'resource.environment')) return sides.flatMap(textsIn);
  return Object.values(expression).flatMap(environmentsIn);
};

/** The texts of a value, or of a set of values. */
const textsIn = (expression: unknown): string[] => {
  const [operator, operand] = operationOf(expression);
  if (operator === 'Value') return typeof operand === 'string' ? [operand] : [];
  return operator === 'Set' && Array.isArray(operand) ? operand.flatMap(textsIn) : [];
};

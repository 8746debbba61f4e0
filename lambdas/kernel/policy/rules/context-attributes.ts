import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import * as z from 'zod';
import { FACT_NAMES, REPORT_FACTS } from '../../../contracts/facts.ts';
import { didYouMean } from './did-you-mean.ts';

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  context: ['phase', 'tool', 'facts', 'report', 'approvals', 'breakGlass', 'triggerOwner'],
  'context.facts': FACT_NAMES,
  'context.report': REPORT_FACTS,
};

/**
 * Misspelt names that a policy reads. Cedar's validator accepts `context.facts has cutPercnt` as long as the
 * rest can still hold, and the forbid would then never apply.
 */
export const unknownAttributes = (policy: PolicyJson): string[] => {
  const problems = attributesIn(policy.conditions).flatMap(([base, name]) => {
    const known = KNOWN[base];
    return !known || known.includes(name) ? [] : [`unknown name "${name}" in ${base}${didYouMean(name, known)}`];
  });
  return [...new Set(problems)];
};

const Access = z.object({ '.': z.object({ left: z.unknown(), attr: z.string() }) });
const Has = z.object({ has: z.object({ left: z.unknown(), attr: z.union([z.string(), z.array(z.string())]) }) });
const Context = z.object({ Var: z.literal('context') });

/** Every (`context.facts`, `cutPercent`) that an expression reads or tests with `has`. */
const attributesIn = (expression: unknown): [base: string, name: string][] => {
  if (typeof expression !== 'object' || expression === null) return [];
  const has = Has.safeParse(expression);
  const access = Access.safeParse(expression);
  const here = has.success
    ? steps(pathOf(has.data.has.left), [has.data.has.attr].flat())
    : access.success
      ? steps(pathOf(access.data['.'].left), [access.data['.'].attr])
      : [];
  return [...here, ...Object.values(expression).flatMap(attributesIn)];
};

const steps = (base: string | null, names: readonly string[]): [string, string][] =>
  base === null ? [] : names.map((name, index) => [[base, ...names.slice(0, index)].join('.'), name]);

const pathOf = (expression: unknown): string | null => {
  if (Context.safeParse(expression).success) return 'context';
  const access = Access.safeParse(expression);
  const base = access.success ? pathOf(access.data['.'].left) : null;
  return access.success && base !== null ? `${base}.${access.data['.'].attr}` : null;
};

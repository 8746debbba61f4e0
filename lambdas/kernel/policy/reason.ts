import { FACT_NAMES } from '../../contracts/facts.ts';

/** Value of a placeholder. */
export type ReasonValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a policy's `@reason` may name in braces: every fact, the target, and who asks for what. */
export const PLACEHOLDERS: readonly string[] = [
  ...FACT_NAMES,
  'costDelta',
  'kind',
  'id',
  'arn',
  'account',
  'region',
  'environment',
  'tool',
  'agent',
  'approver',
  'approvals',
];

/** Placeholders that nothing would ever fill. */
export const unknownReasonPlaceholders = (template: string): string[] =>
  [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '').filter((name) => !PLACEHOLDERS.includes(name));

/** Fills `{name}` from the values; what is not known in this question reads `unknown`. */
export const fillReason = (template: string, values: ReasonValues): string =>
  template.replace(/\{([^{}]*)\}/g, (_, name: string) => oneLine(String(values[name] ?? 'unknown')));

/** A tag's value may come from anybody who may tag: it stays short and on the line. */
const oneLine = (value: string): string => value.replace(/[\p{C}\s]+/gu, ' ').slice(0, 200);

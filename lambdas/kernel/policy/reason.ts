import { FACT_NAMES } from '../../contracts/facts.ts';

/** Value of a placeholder. */
export type ReasonValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a policy's `@reason` may name in braces: every fact, the target, the tool, agent and approver. */
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

/** The placeholders of a template that are not in the list. */
export const unknownReasonPlaceholders = (template: string): string[] =>
  [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '').filter((name) => !PLACEHOLDERS.includes(name));

/** Fills `{name}` from the values; a value that this question does not have becomes `unknown`. */
export const fillReason = (template: string, values: ReasonValues): string =>
  template.replace(/\{([^{}]*)\}/g, (_, name: string) => oneLine(String(values[name] ?? 'unknown')));

/** Anybody who may set tags can choose a tag's value, so it is cut to one short line. */
const oneLine = (value: string): string => value.replace(/[\p{C}\s]+/gu, ' ').slice(0, 200);

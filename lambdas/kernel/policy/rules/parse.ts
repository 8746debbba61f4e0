import * as z from 'zod';
import { ERROR } from '../../../contracts/error-names.ts';
import { Rules } from '../../../contracts/rules.ts';
import { StepError } from '../../../contracts/errors.ts';
import { digestOf } from '../../trace/canonical.ts';

/** Parses the compiled rules that a function carries. Rules that do not match their hash are refused. */
export const parseRules = (json: string): Rules => {
  const parsed = Rules.safeParse(parseJson(json));
  if (!parsed.success) throw misconfigured(`The compiled rules do not parse: ${z.prettifyError(parsed.error)}`);
  const { hash, prepared, ...rules } = parsed.data;
  if (digestOf(rules) !== hash || !isAsPrepared(prepared))
    throw misconfigured('The compiled rules were changed after they were compiled.');
  return parsed.data;
};

const isAsPrepared = (prepared: Rules['prepared']): boolean => {
  if (prepared === undefined) return true;
  const { hash, ...rest } = prepared;
  return digestOf(rest) === hash;
};

const parseJson = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw misconfigured('The compiled rules are not JSON.', error);
  }
};

const misconfigured = (problem: string, cause?: unknown): StepError =>
  new StepError(ERROR.misconfigured, problem, 'Deploy again from a checkout that synthesizes.', cause);

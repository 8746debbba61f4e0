import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ERROR } from '../../../../lambdas/contracts/error-names.ts';
import { CloudError, contractBroken, StepError, ToolRefusal } from '../../../../lambdas/contracts/errors.ts';
import { asToolError } from '../../../../lambdas/kernel/redaction/tool-errors.ts';

describe('what a tool threw, told to the model', () => {
  test('is the AWS error with what to do about it', () => {
    const told = asToolError(new CloudError('InsufficientInstanceCapacity', 'We have none.'));
    expect(told?.code).toBe('InsufficientInstanceCapacity');
    expect(told?.says).toMatch(/^InsufficientInstanceCapacity: We have none\. .*Pick another instance type/);
  });

  test("is AWS's own words where we have no better", () => {
    expect(asToolError(new CloudError('NewOne', 'Something new.'))?.says).toBe('NewOne: Something new.');
  });

  test('is the refusal of a tool, word for word', () => {
    expect(asToolError(new ToolRefusal('It already is.'))?.says).toBe('It already is.');
  });

  test('is that time may help, when AWS throttles', () => {
    const throttled = new StepError(ERROR.cloudUnavailable, 'Too busy.', 'Wait.');
    expect(asToolError(throttled)).toEqual({
      code: 'CloudUnavailable',
      says: 'Too busy. It may work in a later turn.',
    });
  });

  test('is that AWS answered in an unknown form', () => {
    const { error } = z.object({ a: z.string() }).safeParse({ a: 1 });
    expect(asToolError(error)?.code).toBe('UnexpectedAnswer');
  });
});

describe('a fault of the harness is never told as an answer of AWS', () => {
  test.each([
    ['a bug', new TypeError('undefined is not a function')],
    ['a broken contract', contractBroken('no')],
    ['a ledger that does not answer', new StepError(ERROR.ledgerUnavailable, 'no', 'Wait.')],
    ['a missing variable', new StepError(ERROR.misconfigured, 'no', 'Deploy.')],
    ['a text', 'thrown'],
  ])('%s', (_what, error) => {
    expect(asToolError(error)).toBeUndefined();
  });
});

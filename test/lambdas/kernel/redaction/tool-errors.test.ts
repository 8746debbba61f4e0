import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ERROR } from '../../../../lambdas/contracts/error-names.ts';
import { CloudError, contractBroken, StepError, ToolRefusal } from '../../../../lambdas/contracts/errors.ts';
import { toolResult } from '../../../../lambdas/kernel/redaction/tool-errors.ts';

const failing = (error: unknown): ReturnType<typeof toolResult> =>
  toolResult(() => {
    throw error;
  });
const refusal = (code: string, message: unknown) => ({ ok: false, error: { code, message } });

test('what a tool returned is its result', async () => {
  expect(await toolResult(async () => 'CPU 97 %')).toEqual({ ok: true, value: 'CPU 97 %' });
});

describe('what a tool threw, as the model reads it', () => {
  test('is the AWS error with what to do about it', async () => {
    expect(await failing(new CloudError('InsufficientInstanceCapacity', 'We have none.'))).toEqual(
      refusal(
        'InsufficientInstanceCapacity',
        expect.stringMatching(/^InsufficientInstanceCapacity: We have none\. .*Pick another instance type/),
      ),
    );
  });

  test("is AWS's own message where we have no advice", async () => {
    expect(await failing(new CloudError('NewOne', 'Something new.'))).toEqual(
      refusal('NewOne', 'NewOne: Something new.'),
    );
  });

  test('is the refusal of a tool, unchanged', async () => {
    expect(await failing(new ToolRefusal('It already is.'))).toEqual(refusal('ToolRefusal', 'It already is.'));
  });

  test('is that time may help, when AWS throttles', async () => {
    expect(await failing(new StepError(ERROR.cloudUnavailable, 'Too busy.', 'Wait.'))).toEqual(
      refusal('CloudUnavailable', 'Too busy. It may work in a later turn.'),
    );
  });

  test('is that AWS answered in an unknown form', async () => {
    const { error } = z.object({ a: z.string() }).safeParse({ a: 1 });
    expect(await failing(error)).toEqual(refusal('UnexpectedAnswer', expect.any(String)));
  });
});

describe('a fault of the harness is never shown as an answer of AWS', () => {
  test.each([
    ['a bug', new TypeError('undefined is not a function')],
    ['a broken contract', contractBroken('no')],
    ['a ledger that does not answer', new StepError(ERROR.ledgerUnavailable, 'no', 'Wait.')],
    ['a missing variable', new StepError(ERROR.misconfigured, 'no', 'Deploy.')],
    ['a text', 'thrown'],
  ])('%s', async (_what, error) => {
    await expect(failing(error)).rejects.toBe(error);
  });
});

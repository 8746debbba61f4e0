import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ERROR } from '../../../../lambdas/contracts/error-names.ts';
import { CloudError, contractBroken, StepError, ToolRefusal } from '../../../../lambdas/contracts/errors.ts';
import { like } from '../../../fixtures/matchers.ts';
import { toolResult } from '../../../../lambdas/kernel/redaction/tool-errors.ts';

const failing = (error: unknown): ReturnType<typeof toolResult> =>
  toolResult(() => {
    throw error;
  });

test('what a tool returned is its result', async () => {
  expect(await toolResult(async () => 'CPU 97 %')).toEqual({ ok: true, value: 'CPU 97 %' });
});

describe('what a tool threw, as the model reads it', () => {
  const { error: unknownForm } = z.object({ a: z.string() }).safeParse({ a: 1 });

  test.each<[string, unknown, string, string | RegExp]>([
    [
      'the error with what its provider says to do about it',
      new CloudError('FlagLocked', 'It is locked.', undefined, undefined, { forModel: 'Ask its owner.' }),
      'FlagLocked',
      'FlagLocked: It is locked. Ask its owner.',
    ],
    [
      'the call that failed, with a full stop between the sentence of the provider and the advice',
      new CloudError('ScalingActivityInProgress', 'Busy', undefined, 'autoscaling:SetDesiredCapacity on web', {
        forModel: 'The group is still busy.',
      }),
      'ScalingActivityInProgress',
      'autoscaling:SetDesiredCapacity on web failed: ScalingActivityInProgress: Busy. The group is still busy',
    ],
    ["the provider's own message where it has no advice", new CloudError('NewOne', 'Hm.'), 'NewOne', /^NewOne: Hm\.$/],
    ['the refusal of a tool, unchanged', new ToolRefusal('It already is.'), 'ToolRefusal', /^It already is\.$/],
    [
      'that time may help, when AWS throttles',
      new StepError(ERROR.cloudUnavailable, 'Too busy.', 'Wait.'),
      'CloudUnavailable',
      /^Too busy\. It may work in a later turn\.$/,
    ],
    [
      'that the answer has an unknown form, whoever gave it',
      unknownForm,
      'UnexpectedAnswer',
      /^The answer has a form that this tool does not know: /,
    ],
  ])('is %s', async (_what, error, code, message) => {
    expect(await failing(error)).toEqual({ ok: false, error: { code, message: like(message) } });
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

import { expect, test } from 'vitest';
import { lazyModel } from '../../../../lambdas/adapters/model/configured.ts';
import { ERROR, type ErrorName } from '../../../../lambdas/contracts/error-names.ts';
import { StepError } from '../../../../lambdas/contracts/errors.ts';
import { PresetModel, words } from '../../../fakes/preset-model.ts';

const REQUEST = { model: 'm', system: 's', messages: [], tools: [], maxTokens: 1 };

/** A model whose stored key is valid or fails with this, as of its loading. Counts how often it was loaded. */
const stored = (keys: (ErrorName | 'valid')[]) => {
  const seen = { loads: 0, key: keys[0] ?? 'valid' };
  const model = lazyModel(async () => {
    const mine = keys[seen.loads] ?? 'valid';
    seen.loads += 1;
    seen.key = mine;
    const answering = new PresetModel();
    answering.answerWith([words('P')]);
    return {
      decide: (request) =>
        seen.key === 'valid'
          ? answering.decide(request)
          : Promise.reject(new StepError(seen.key, 'refused', 'Store a key.')),
    };
  });
  return { model, seen };
};

test('a key that was replaced while the function ran is read again, in the same turn', async () => {
  const { model, seen } = stored(['valid', 'valid']);
  await model.decide(REQUEST);
  seen.key = ERROR.misconfigured;
  expect((await model.decide(REQUEST)).content).toEqual([words('P')]);
  expect(seen.loads).toBe(2);
});

test('a key that is refused at its first turn is not tried twice, and neither is an outage', async () => {
  const fresh = stored([ERROR.misconfigured]);
  await expect(fresh.model.decide(REQUEST)).rejects.toThrow('refused');
  expect(fresh.seen.loads).toBe(1);
  const kept = stored(['valid']);
  await kept.model.decide(REQUEST);
  kept.seen.key = ERROR.modelUnavailable;
  await expect(kept.model.decide(REQUEST)).rejects.toThrow('refused');
  expect(kept.seen.loads).toBe(1);
});

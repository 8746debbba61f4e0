import { expect, test } from 'vitest';
import { fingerprintOf, movementOf, type Snapshot } from '../../../../lambdas/kernel/changes/snapshot.ts';
import { resizePlan } from '../../../fixtures/plans.ts';

const { target, before: state, after } = resizePlan('incident-1', 'rules');
const snapshot: Snapshot = { target, state, configuration: { image: 'ami-1' } };

test('a fingerprint moves with the state, with one field of the configuration, and with one tag of the target', () => {
  const as = fingerprintOf(snapshot);
  expect(fingerprintOf({ ...snapshot, target: { ...target } })).toBe(as);
  const tags = { ...target.tags, extra: '' };
  const moved = [{ state: after }, { configuration: { image: 'ami-2' } }, { target: { ...target, tags } }];
  for (const one of moved) expect(fingerprintOf({ ...snapshot, ...one })).not.toBe(as);
});

test('a tag with the name of a field is told from the field', () => {
  const tagged = { ...snapshot, target: { ...target, tags: { ...target.tags, 'image.id': 'ami-2' } } };
  expect(movementOf(snapshot, tagged)).toEqual({
    tags: [{ field: 'image.id', before: null, after: 'ami-2' }],
    fields: [],
  });
});

import { expect, test } from 'vitest';
import * as z from 'zod';
import { gettersIn } from '../../../lib/own-tools/getters.ts';

const manifest = { name: 'list_things', input: z.strictObject({}), reads: [{ service: 'lambda', command: 'List' }] };

test('a loader that makes a getter of each export, as tsx does, makes no manifest that computes itself', () => {
  const module = Object.defineProperty({}, 'manifest', { enumerable: true, get: () => manifest });
  expect(gettersIn(module)).toEqual([]);
});

test('a property that a manifest computes is found, however its export is read', () => {
  const computed = {
    ...manifest,
    get reads() {
      return [];
    },
  };
  const module = Object.defineProperty({}, 'manifest', { enumerable: true, get: () => computed });
  expect(gettersIn(module)).toEqual(['manifest.reads']);
  expect(gettersIn({ manifest: computed })).toEqual(['manifest.reads']);
});

test('what is no module has no property that is computed', () => {
  expect(gettersIn(undefined)).toEqual([]);
  expect(gettersIn({ manifest: undefined })).toEqual([]);
});

import { expect, test } from 'vitest';
import type { Json } from '../../../../lambdas/contracts/json.ts';
import { diffOf } from '../../../../lambdas/kernel/changes/diff.ts';

test.each<[string, Json, Json, [string, Json, Json][]]>([
  ['nothing, where the order of keys alone differs', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ['a field', { type: 'small', on: true }, { type: 'large', on: true }, [['type', 'small', 'large']]],
  ['a field deep down', { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, [['a.b.c', 1, 2]]],
  [
    'a field that comes or goes',
    { gone: 1 },
    { came: 2 },
    [
      ['gone', 1, null],
      ['came', null, 2],
    ],
  ],
  ['a list, as one value', { l: [1, 2] }, { l: [1, 3] }, [['l', [1, 2], [1, 3]]]],
  ['an object in place of a value', { a: 1 }, { a: { b: 1 } }, [['a', 1, { b: 1 }]]],
  ['a value that is no object', 1, 2, [['state', 1, 2]]],
])('a diff shows %s', (_what, before, after, lines) => {
  expect(diffOf(before, after)).toEqual(lines.map(([field, was, is]) => ({ field, before: was, after: is })));
});

import * as z from 'zod';
import { expect, test } from 'vitest';
import { Check } from '../../../lambdas/contracts/checks.ts';
import { titlesIn } from '../../titles.ts';
import { findFault, withoutCheck } from './check.ts';
import { KERNEL_CHECKS } from './checks/all.ts';
import { textOf } from './source-copy.ts';

test('every kind of check that a trace can have is in the list', () => {
  const listed = new Set(KERNEL_CHECKS.map(({ kind }) => kind));
  expect(Check.shape.check.options.filter((kind) => !listed.has(kind))).toEqual([]);
});

test('no two checks have the same name', () => {
  expect(new Set(KERNEL_CHECKS.map(({ name }) => name)).size).toBe(KERNEL_CHECKS.length);
});

test('the `find` of every check occurs once in its file; repair those that are listed', () => {
  expect(KERNEL_CHECKS.flatMap((check) => findFault(textOf(check.file), check) ?? [])).toEqual([]);
});

test('the test of every check exists; repair those that are listed', () => {
  const missing = KERNEL_CHECKS.filter(({ test: { file, title } }) => !titlesIn(textOf(file))(title));
  expect(missing.map(({ name, test: { file, title } }) => `${name}: ${title} (${file})`)).toEqual([]);
});

test('a check whose code has changed is reported with its name and file', () => {
  const [check] = KERNEL_CHECKS;
  expect.assert(check !== undefined);
  expect(() => withoutCheck('something else', check)).toThrow(
    `${check.name}: its \`find\` occurs 0 times in ${check.file}`,
  );
});

test('every file that Stryker mutates exists', () => {
  const { mutate } = z.object({ mutate: z.array(z.string()) }).parse(JSON.parse(textOf('stryker.config.json')));
  expect(mutate.filter((file) => textOf(file) === '')).toEqual([]);
});

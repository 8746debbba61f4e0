import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Check } from '../../../lambdas/contracts/checks.ts';
import { occurrences, withoutCheck } from './check.ts';
import { CHECKS } from './checks/all.ts';
import { textOf } from './tree.ts';
import { titlesIn } from '../../titles.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('the list of checks', () => {
  test('has every kind of check that a trace knows', () => {
    const listed = new Set(CHECKS.map(({ kind }) => kind));
    expect(Check.shape.check.options.filter((kind) => !listed.has(kind))).toEqual([]);
  });

  test('names each check once', () => {
    expect(CHECKS.map(({ name }) => name).filter((name, at, all) => all.indexOf(name) !== at)).toEqual([]);
  });

  test.each(CHECKS.map((check) => [check.name, check] as const))(
    '%s can be taken out of the code as it is',
    (_, check) => {
      const code = textOf(check.file);
      expect(occurrences(code, check.find), `${check.find}\n… occurs in ${check.file}`).toBe(1);
      expect(withoutCheck(code, check)).not.toBe(code);
    },
  );

  test.each(CHECKS.map((check) => [check.name, check.test] as const))(
    '%s names a test that is written',
    (_, promise) => {
      expect(existsSync(join(ROOT, promise.file)), promise.file).toBe(true);
      const isWritten = titlesIn(textOf(promise.file));
      expect(promise.name.split(' > ').filter((title) => !isWritten(title))).toEqual([]);
    },
  );
});

test('a check whose text has moved is told by name, with its file', () => {
  const [check] = CHECKS;
  expect.assert(check !== undefined);
  expect(() => withoutCheck('something else', check)).toThrow(
    `the check ${check.name}: its text occurs 0 times in ${check.file}`,
  );
});

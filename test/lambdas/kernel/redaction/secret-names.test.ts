import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayNameSecret, namingByPatterns, namingOf } from '../../../../lambdas/kernel/redaction/secret-names.ts';
import { NAMED_VALUES } from '../../../fixtures/redaction/secrets.ts';

const WORDS = [
  ...new Set(Object.keys(NAMED_VALUES).flatMap((name) => name.split('_'))),
  ...[
    'pass',
    'word',
    'wd',
    'pwd',
    'Pswd',
    'phrase',
    'secret',
    'key',
    'KEY',
    'token',
    'Authorization',
    'cookie',
    'creds',
  ],
  ...[
    'api',
    'sas',
    'jwt',
    'sid',
    'sess',
    'ion',
    'id',
    'csrf',
    'phpsessid',
    'signature',
    'lob',
    'jira',
    'git',
    'Hub',
    'data',
  ],
  // In a pattern that ignores case these are an s and a k.
  ...['\u017Fig', '\u212Aey', 'ſecret'],
  ...['name', 'arn', 'count', 'x', 'A', '9', '2'],
];
const NAME = fc
  .array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom('', '', '_', '-', '.', ' ', '$')), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.flat().join(''));

test('a name of a secret is never passed over for want of a keyword, alone or in a text', () => {
  fc.assert(
    fc.property(NAME, fc.string(), fc.string(), (name, before, after) => {
      expect(namingOf(name)).toBe(namingByPatterns(name));
      if (namingByPatterns(name) !== 'none') expect(mayNameSecret(`${before} ${name}=${after}`)).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

test('most words of a log have none of the keywords', () => {
  const words = [
    '2026-11-20T09:26:20.000Z',
    'GET',
    '/orders/17',
    '200',
    'i-0abc1234',
    'CPUUtilization',
    'threshold',
    'ALARM',
  ];
  expect(words.filter(mayNameSecret)).toEqual([]);
});

import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, sha256 } from '../../../../lambdas/kernel/trace/canonical.ts';

/** Names of fields whose order in an object, in UTF-16 and in Unicode differ. */
const FIELD = fc.oneof(
  fc.constantFrom('2', '10', '010', '__proto__', 'toJSON', 'hash', '', 'é', 'z', 'Z', '\u{1F600}', '\uFFFD'),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const { value: VALUE } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.constantFrom<unknown>(-0, 1e21, 1e-7, undefined, null, '\ud800', 'a\udc00', new Date(0), { toJSON: () => 'x' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(FIELD, tie('value')), { maxLength: 5 }).map((fields) => Object.fromEntries(fields)),
  ),
}));

const outcome = (make: () => string | undefined): string | undefined => {
  try {
    return make();
  } catch {
    return undefined;
  }
};
const byLibrary = (value: unknown): string | undefined => outcome(() => canonicalize(value));

describe('the canonical form', () => {
  test('is that of the library for every value, in order or not', () => {
    fc.assert(
      fc.property(VALUE, (value) => {
        const expected = byLibrary(value);
        expect(outcome(() => canonical(value))).toBe(expected);
        if (expected !== undefined) expect(canonical(JSON.parse(expected))).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  test('of a value that contains itself is refused', () => {
    const self: Record<string, unknown> = {};
    self['self'] = self;
    expect(() => canonical(self)).toThrow('A value cannot be hashed');
  });
});

test('a hash is over the UTF-8 bytes of a text', () => {
  expect(sha256('é\u{1F600}')).toBe(hash('sha256', Buffer.from('c3a9f09f9880', 'hex')));
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalQuantity } from '../../../../lambdas/tools/kubernetes/canonical-quantity.ts';
import { millicoresOf, nanosOf, wholeOf } from '../../../../lambdas/tools/kubernetes/quantity.ts';

const SUFFIXES = { n: 1n, u: 1_000n, m: 1_000_000n, '': 10n ** 9n, k: 10n ** 12n, Ki: 1024n * 10n ** 9n } as const;

describe('a quantity', () => {
  test.each([
    ['100m', 100],
    ['0.1', 100],
    ['1', 1000],
    ['1k', 1_000_000],
    ['1e3', 1_000_000],
    ['1E-3', 1],
    ['.5', 500],
    ['2.', 2000],
    ['1500000n', 2],
    ['0', 0],
    ['-100m', -100],
  ])('%j is %d thousandths of a core', (text, expected) => expect(millicoresOf(text)).toBe(expected));

  test.each([
    ['1.5Gi', 1_610_612_736],
    ['128974848', 128_974_848],
    ['129e6', 129_000_000],
    ['129M', 129_000_000],
    ['123Mi', 128_974_848],
    ['128974848000m', 128_974_848],
    ['1E', 10 ** 18],
    ['0.5Ki', 512],
  ])('%j is %d bytes, exactly', (text, expected) => {
    const bytes = BigInt(expected);
    if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) expect(nanosOf(text)).toBe(bytes * 10n ** 9n);
    else expect(wholeOf(text)).toBe(expected);
  });

  test.each([
    '',
    '-',
    '.',
    '1 Gi',
    '1gi',
    '1KI',
    '1ki',
    '1e',
    '0x10',
    '1e999',
    '1_000',
    'NaN',
    '1.2.3',
    `1${'0'.repeat(80)}`,
  ])('%j is refused in words', (text) => expect(() => nanosOf(text)).toThrow('is not a quantity of Kubernetes'));

  test('that cannot be counted exactly is refused, not rounded', () => {
    expect(() => wholeOf('8Ei')).toThrow('too large to be counted exactly');
  });

  test('is the number times its suffix, for every number and suffix', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 15n), fc.constantFrom(...Object.entries(SUFFIXES)), (count, [suffix, nanos]) => {
        expect(nanosOf(`${count}${suffix}`)).toBe(count * nanos);
        expect(nanosOf(`-${count}${suffix}`)).toBe(-count * nanos);
      }),
    );
  });

  test('means the same with a fraction as without', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 999 }), (whole, part) => {
        expect(nanosOf(`${whole}.${String(part).padStart(3, '0')}`)).toBe(
          nanosOf(`${BigInt(whole) * 1000n + BigInt(part)}m`),
        );
      }),
    );
  });

  test('never throws anything but a refusal, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          nanosOf(text);
        } catch (error) {
          expect(error).toMatchObject({ name: 'ToolRefusal' });
        }
      }),
    );
  });
});

describe('a quantity as the API server writes it', () => {
  test.each([
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1.953125Ki', '2k'],
    ['0.5', '500m'],
    ['2000', '2k'],
    ['1290e5', '129e6'],
    ['0.5e1', '5'],
    ['1E9', '1e9'],
    ['1E', '1E'],
    ['0Mi', '0'],
  ])('of %j is %j', (text, expected) => expect(canonicalQuantity(text)).toBe(expected));

  test('is the same amount, and is written so again', () => {
    const texts = fc.tuple(
      fc.integer({ min: 0, max: 10 ** 9 }),
      fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-3', 'E2'),
    );
    fc.assert(
      fc.property(texts, ([count, suffix]) => {
        const written = canonicalQuantity(`${count}${suffix}`);
        expect(nanosOf(written)).toBe(nanosOf(`${count}${suffix}`));
        expect(canonicalQuantity(written)).toBe(written);
      }),
    );
  });
});

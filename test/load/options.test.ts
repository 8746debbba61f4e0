import { describe, expect, test } from 'vitest';
import { percentile } from './latency.ts';
import { DEFAULTS, optionsFrom } from './options.ts';
import { longTailed, seededRandom, shuffled } from './random.ts';

describe('options', () => {
  test('without arguments, 1,000 incidents over 300 alarms with faults', () => {
    expect(optionsFrom([]).options).toEqual(DEFAULTS);
    expect(DEFAULTS).toMatchObject({ incidents: 1000, alarms: 300, copies: 10_000, faults: true });
  });

  test.each([
    [['--incidents', 'many'], '--incidents'],
    [['--incidents', '0'], '--incidents'],
    [['--faults', 'maybe'], '--faults'],
    [['--stories', 'copies,flood'], '--stories'],
    [['--returns', '5', '--incidents', '4'], '--returns'],
    [['--unknown'], '--unknown'],
  ])('%j is refused, naming the option', (args, where) => {
    expect(() => optionsFrom(args)).toThrow(where);
  });
});

describe('random numbers', () => {
  test('the same seed draws the same numbers, another seed others', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed);
      return [random(), random(), random()];
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('shuffling loses nothing', () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    expect(shuffled(items, seededRandom(3)).toSorted((a, b) => a - b)).toEqual(items);
  });

  test('long-tailed times have the given median, and 99 of 100 are below three times the median', () => {
    const random = seededRandom(1);
    const times = Array.from({ length: 2000 }, () => longTailed(1000, random));
    expect(percentile(times, 0.5)).toBeGreaterThan(900);
    expect(percentile(times, 0.5)).toBeLessThan(1100);
    expect(percentile(times, 0.99)).toBeLessThan(3200);
  });
});

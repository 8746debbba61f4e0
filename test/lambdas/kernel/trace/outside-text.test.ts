import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  joined,
  lines,
  markdownOf,
  oneLine,
  ours,
  plain,
  quoted,
  sentence,
  visible,
} from '../../../../lambdas/kernel/trace/outside-text.ts';
import { DECEPTIVE, HOSTILE } from '../../../fixtures/hostile-text.ts';

/** Any text, with the characters that matter here far more often than by chance. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom(
        '\u001B[2J',
        '\n',
        '\r\n',
        '\u2028',
        '\u200B',
        '\u202E',
        '\uD800',
        '\uDC00',
        '\u{E0041}',
        '\u3164',
      ),
      fc.constantFrom(
        '"',
        '\u201D',
        '`',
        '#',
        '- ',
        '[a](b)',
        '<b>',
        'https://e.io',
        '👩‍💻',
        '\u200D',
        '\uFE0F',
        '\\',
        '$',
      ),
    ),
  )
  .map((parts) => parts.join(''));

describe('for every text', () => {
  test('nothing deceptive is left in it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = visible(text).replace(/\t|\r(?=\n)/g, '');
        // What stays of \p{Cf} and variation selectors joins an emoji.
        expect(
          DECEPTIVE.exec(shown.replace(/(?<=\p{Extended_Pictographic}\p{Emoji_Modifier}?)[\u200D\uFE0F]+/gu, '')),
        ).toBeNull();
      }),
    );
  });

  test('it stays on one line, within its limit, and nothing in it is a link', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 50 }), (text, limit) => {
        const line = oneLine(text, limit);
        expect(line).not.toMatch(/[\n\r\u2028\u2029]|:\/\//);
        expect(line.length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  test('its quotation ends where we end it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(String(quoted(text))).toMatch(/^"[^"\u201C-\u201F\uFF02]*"$/u);
      }),
    );
  });

  test('in Markdown it starts nothing: every sign with a meaning has a backslash', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        // An escaped sign is an ordinary letter, also at the start of the line.
        const unescaped = markdownOf(sentence(text)).replace(/\\./gsu, 'x');
        expect(unescaped).not.toMatch(/[*`[<~|]|^[#>+=-]|^\d+[.)]/u);
      }),
    );
  });
});

test('a name is bare only if it is one word; anything else is quoted', () => {
  expect(String(plain`${'checkout-cpu-high'} on ${'arn:aws:ec2:eu-west-1:1:instance/i-0a'}`)).toBe(
    'checkout-cpu-high on arn:aws:ec2:eu-west-1:1:instance/i-0a',
  );
  expect(String(plain`Approve ${'web. It was approved already'}?`)).toBe('Approve "web. It was approved already"?');
  expect(String(plain`${joined(['ana@example.com', 'x", "y'], ', ')}`)).toBe(`ana@example.com, "x', 'y"`);
});

test.each([
  ['an escape sequence that clears the screen', '\u001B[2J', '[U+001B][2J'],
  [
    'a link that the terminal hides',
    '\u001B]8;;https://evil.example\u0007ok',
    '[U+001B]]8;;https[:]//evil.example[U+0007]ok',
  ],
  ['a thousand line breaks', `a${'\n'.repeat(1000)}b`, 'a b'],
  [
    'a link without a scheme',
    'see www.evil.example and evil.com/approve',
    'see www[.]evil.example and evil[.]com/approve',
  ],
  ['half a character', 'a\uD800b', 'a\uFFFDb'],
  ['letters that cover the lines around them', `a${'\u0301'.repeat(50)}`, `a${'\u0301'.repeat(4)}`],
  ['ten thousand blanks in front', `${' '.repeat(10_000)}wipe`, 'wipe'],
])('%s is shown for what it is', (_what, text, shown) => {
  expect(oneLine(text)).toBe(shown);
});

test('ordinary text stays as it is', () => {
  for (const text of [
    'CPU has been above 90 % for 40 minutes (E1); m5.large/m5.xlarge at +$78.11 a month.',
    'Größe: naïve 日本語 العربية हिन्दी',
    'ok 👩‍💻 👍🏽 ⚠️ ❤️‍🔥 👨‍👩‍👧',
    'arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:uuid:autoScalingGroupName/web-fleet',
  ])
    expect(oneLine(text)).toBe(text);
});

test('lines of ours stay as we wrote them, with what is genuine in them', () => {
  const link = 'https://approve.example.com/?t=a.b';
  expect(String(lines([plain`Decide here: ${ours(link)}`, plain`  ${3} people`]))).toBe(
    `Decide here: ${link}\n  3 people`,
  );
  expect(markdownOf(plain`${'resize_instance'}: ${quoted('x_y *z* <b> #1')}`)).toBe(
    String.raw`resize_instance: "x_y \*z\* \<b> #1"`,
  );
});

test('a hostile text of any length takes no time worth mentioning', () => {
  const started = performance.now();
  for (const text of [HOSTILE.repeat(50), '.a'.repeat(500_000), ':'.repeat(500_000), '\u200B'.repeat(500_000)])
    oneLine(text);
  expect(performance.now() - started).toBeLessThan(2000);
});

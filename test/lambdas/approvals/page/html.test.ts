import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Html, html } from '../../../../lambdas/approvals/page/html.ts';

test('text can close neither an element nor an attribute', () => {
  const text = `"><script>alert('x')</script>&amp;`;
  expect(html`<p title="${text}">${text}</p>`.toString()).toBe(
    '<p title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;">' +
      '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;</p>',
  );
});

test('no text at all brings a character of markup with it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(html`${text}`.toString()).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
    }),
  );
});

test('markup made by the template is kept, alone and in lists', () => {
  const items = ['a', '<b>'].map((text) => html`<li>${text}</li>`);
  expect(html`<b>${items}${html`<i>${3}</i>`}</b>`.toString()).toBe('<b><li>a</li><li>&lt;b&gt;</li><i>3</i></b>');
});

test('a value that only looks like markup of ours is escaped', () => {
  const forged = { toString: () => '<b>' };
  expect(forged).not.toBeInstanceOf(Html);
  expect(html`${String(forged)}`.toString()).toBe('&lt;b&gt;');
});

test('characters that deceive the eye are shown by their number', () => {
  expect(html`${'a\u202Eb\u0000c\u{E0041}d\u009B'}`.toString()).toBe('a[U+202E]b[U+0000]c[U+E0041]d[U+009B]');
  expect(html`${'\u200B\u115F\u1160\u3164\uFFA0\u2800\u00AD\uFE0F\u{E0100}\u2066'}`.toString()).toBe(
    '[U+200B][U+115F][U+1160][U+3164][U+FFA0][U+2800][U+00AD][U+FE0F][U+E0100][U+2066]',
  );
  expect(html`${'line one\n\tünï 👩‍💻'}`.toString()).toBe('line one\n\tünï 👩‍💻');
});

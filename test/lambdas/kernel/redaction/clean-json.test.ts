import { describe, expect, test } from 'vitest';
import { fromMessagesFormat } from '../../../../lambdas/adapters/model/messages-format.ts';
import { Json, JSON_DEPTH, JsonObject, parseJson } from '../../../../lambdas/contracts/json.ts';
import { cleanJson, EVENT_BYTES, TOO_DEEP } from '../../../../lambdas/kernel/redaction/clean-json.ts';
import { redactedJson } from '../../../../lambdas/kernel/redaction/redactor.ts';
import { canonical } from '../../../../lambdas/kernel/trace/canonical.ts';

/** A value within so many objects, made without recursion. */
const nested = (levels: number): unknown => {
  let value: unknown = 'innermost';
  for (let level = 0; level < levels; level += 1) value = { in: value };
  return value;
};

/** Three halves of characters: names of their own, and the same name once they are cleaned. */
const surrogates = (n: number): string =>
  String.fromCharCode(0xd800 + (n % 1000), 0xd800 + (Math.floor(n / 1000) % 1000), 0xd800);

test.each([100, 1000, 5000, 100_000])(
  'JSON of %d levels is cleaned without an overflow, and has a hash afterwards',
  (levels) => {
    const { value, cleaned } = cleanJson({ deep: nested(levels), beside: 'kept' });
    expect(Json.safeParse(value).success).toBe(true);
    expect(canonical(redactedJson(value))).toContain('"beside":"kept"');
    expect(canonical(value)).toContain(TOO_DEEP);
    expect(cleaned).toEqual([expect.stringMatching(/^deep\.in\..*: what is deeper than 100 levels was left out$/)]);
  },
);

test('what is no deeper than allowed stays as it is, to the same bytes', () => {
  const value = { deep: nested(JSON_DEPTH - 2), list: [1, null, true, 'é😀'], '': {}, none: [] };
  expect(cleanJson(value)).toEqual({ value, cleaned: [] });
  expect(canonical(cleanJson(value).value)).toBe(canonical(value));
});

test('a deeper value is invalid JSON to every schema and to every reader of text, never an overflow', () => {
  expect(Json.safeParse(nested(5000)).error?.issues[0]?.message).toBe('at most 100 levels deep');
  expect(parseJson(`${'['.repeat(5000)}${']'.repeat(5000)}`)).toBeUndefined();
  expect(() => canonical(nested(100_000))).toThrow('A value cannot be hashed');
});

describe('of an event, what cannot be recorded is changed, and it says where', () => {
  test('half a character in a text or a name', () => {
    const { value, cleaned } = cleanJson({ a: ['x\ud800'], '\udc00': 1, '\udc01': 2 });
    expect(value).toEqual({ a: ['x\ufffd'], '\ufffd': 1, "\ufffd'": 2 });
    expect(cleaned).toContain('a.0: half a character (a lone surrogate) became U+FFFD');
    expect(cleaned).toHaveLength(3);
  });

  test('a number that is too large for JSON', () => {
    const { value, cleaned } = cleanJson({ up: Infinity, down: -Infinity, most: Number.MAX_VALUE });
    expect(value).toEqual({ up: Number.MAX_VALUE, down: -Number.MAX_VALUE, most: Number.MAX_VALUE });
    expect(cleaned).toHaveLength(2);
  });

  test('texts that are too long together: whole, so that no part of a secret remains', () => {
    const { value, cleaned } = cleanJson({ first: 'a'.repeat(60), second: 'b'.repeat(60), third: 'c' }, 100);
    expect(value).toEqual({ first: 'a'.repeat(60), second: '[left out: the event is too long]', third: 'c' });
    expect(cleaned).toEqual(['second: a text of 60 characters was left out, because the event is too long']);
  });

  test('fields whose names do not fit: they are dropped, and no marker takes their place', () => {
    const { value, cleaned } = cleanJson({ ['n'.repeat(80)]: 1, ['m'.repeat(80)]: 2, last: true }, 100);
    expect(value).toEqual({ ['n'.repeat(80)]: 1, last: true });
    expect(cleaned).toEqual([expect.stringMatching(/^m+: a field was left out with its name, because/)]);
  });

  test.each([
    ['10,000 long names', (n: number) => `${n}-${'n'.repeat(20)}`],
    ['10,000 names that are the same once they are cleaned', (n: number) => surrogates(n)],
  ])('256 KB of %s, without an overflow and within the bytes that are recorded', (_, name) => {
    const { value } = cleanJson(
      Object.fromEntries(Array.from({ length: 10_000 }, (__, n) => [name(n), n])),
      EVENT_BYTES,
    );
    expect(Buffer.byteLength(JSON.stringify(value))).toBeLessThan(EVENT_BYTES * 1.5);
    expect(Object.keys(JsonObject.parse(value)).length).toBeGreaterThan(2000);
  });

  test('of many places, the first and a number', () => {
    const { cleaned } = cleanJson(Array.from({ length: 500 }, () => '\ud800'));
    expect([cleaned.length, cleaned.at(-1)]).toEqual([21, '480 more places']);
  });
});

test('a turn of the model with half a character and endless nesting is a turn, with its usage', () => {
  const usage = { input_tokens: 1, output_tokens: 2 };
  const content = [
    { type: 'text', text: 'half \ud800' },
    { type: 'tool_use', id: 't', name: 'look', input: { x: nested(5000) } },
  ];
  const turn = fromMessagesFormat({ model: 'm', content, stop_reason: 'tool_use', usage }, 'a test');
  expect(turn.content[0]).toEqual({ type: 'text', text: 'half \ufffd' });
  expect(canonical(turn)).toContain(TOO_DEEP);
});

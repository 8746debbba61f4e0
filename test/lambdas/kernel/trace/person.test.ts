import { describe, expect, test } from 'vitest';
import { isSamePerson, recordedPerson } from '../../../../lambdas/kernel/trace/person.ts';
import { redactedText } from '../../../../lambdas/kernel/redaction/redactor.ts';

describe('a person is known by their address', () => {
  test.each([
    'ana@example.com',
    'Ana@Example.COM',
    ' ana@example.com ',
    'Ana Lopez <ana@example.com>',
    'mailto:ana@example.com',
    'ana+oncall@example.com',
    'ana@example.com.',
    'ａna@example.com',
    'a\u200bna@example.com',
    'ben@example.com, ana@example.com',
  ])('that is written as %j', (claim) => {
    expect(isSamePerson(claim, 'ana@example.com')).toBe(true);
  });

  test.each(['', 'ana', 'joana@example.com', 'ana@example.com.evil.org', 'ana@sub.example.com'])(
    'and is not taken for %j',
    (claim) => {
      expect(isSamePerson(claim, 'ana@example.com')).toBe(false);
    },
  );
});

describe('who triggered an incident is recorded', () => {
  test('as the event says it', () => {
    expect(recordedPerson('Ana <ana@example.com>', redactedText)).toBe('Ana <ana@example.com>');
  });

  test('without a secret in it, but with the address that approvals are compared with', () => {
    const recorded = recordedPerson('ana@example.com AKIAIOSFODNN7EXAMPLQ', redactedText);
    expect(recorded).not.toContain('AKIAIOSFODNN7EXAMPLQ');
    expect(isSamePerson(recorded, 'ana@example.com')).toBe(true);
  });

  test('in few characters, however long the claim is', () => {
    const recorded = recordedPerson(`${'x '.repeat(40_000)}ana@example.com`, redactedText);
    expect(recorded.length).toBeLessThan(300);
    expect(isSamePerson(recorded, 'ana@example.com')).toBe(true);
  });
});

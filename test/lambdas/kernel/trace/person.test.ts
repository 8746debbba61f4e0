import { describe, expect, test } from 'vitest';
import { isSamePerson, recordedPerson } from '../../../../lambdas/kernel/trace/person.ts';
import { redactedText } from '../../../../lambdas/kernel/redaction/redactor.ts';

const ANA = { id: 'ana@example.com', contacts: { email: 'ana@example.com' } };
const LOPEZ = {
  id: 'ana.lopez',
  contacts: { email: 'ana@example.com', iam: 'arn:aws:sts::123456789012:assumed-role/Operator/alopez' },
};

describe('a person is known by their id and by their name in IAM too', () => {
  test.each([
    'ana.lopez',
    'Ana.Lopez',
    'ana.lopez.',
    'ana.lopez, on call',
    'asked by <ana.lopez>',
    'alopez',
    'ALopez',
    'arn:aws:sts::123456789012:assumed-role/Operator/alopez',
    'arn:aws:sts::999999999999:assumed-role/Reader/alopez',
    'a\u200blopez',
    'ana+oncall@example.com',
  ])('that is written as %j', (claim) => {
    expect(isSamePerson(claim, LOPEZ)).toBe(true);
  });

  test.each(['', 'ana', 'lopez', 'ana.lopez2', 'ana.lopez@example.com', 'balopez', 'Operator'])(
    'and is not taken for %j',
    (claim) => {
      expect(isSamePerson(claim, LOPEZ)).toBe(false);
    },
  );

  test('also where it is an address, as under IAM Identity Center', () => {
    const iam = 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Ops_0a1b/a.lopez@example.org';
    const person = { id: 'ana', contacts: { email: 'ana@example.com', iam } };
    expect(isSamePerson('A.Lopez@example.org', person)).toBe(true);
  });
});

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
    expect(isSamePerson(claim, ANA)).toBe(true);
  });

  test.each(['', 'ana', 'joana@example.com', 'ana@example.com.evil.org', 'ana@sub.example.com'])(
    'and is not taken for %j',
    (claim) => {
      expect(isSamePerson(claim, ANA)).toBe(false);
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
    expect(isSamePerson(recorded, ANA)).toBe(true);
  });

  test('in few characters, however long the claim is', () => {
    const recorded = recordedPerson(`${'x '.repeat(40_000)}ana@example.com`, redactedText);
    expect(recorded.length).toBeLessThan(300);
    expect(isSamePerson(recorded, ANA)).toBe(true);
  });
});

import { expect, test } from 'vitest';
import { Settings } from '../../../lambdas/contracts/settings.ts';

test('one person who is listed in two spellings of one address is no quorum of two', () => {
  const person = { name: 'Ana', roles: ['sre'], tier: 1 };
  const approvers = ['ana@example.com', 'Ana@Example.com'].map((email) => ({ ...person, email }));
  expect(() => Settings.parse({ approvers })).toThrow('every e-mail address once');
});

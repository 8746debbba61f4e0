import { expect, test } from 'vitest';
import { Settings } from '../../../lambdas/contracts/settings.ts';

test('one person who is listed in two spellings of one address is no quorum of two', () => {
  const person = { name: 'Ana', roles: ['sre'], tier: 1 };
  const approvers = ['ana@example.com', 'Ana@Example.com'].map((email) => ({ ...person, email }));
  expect(() => Settings.parse({ approvers })).toThrow('every e-mail address once');
});

test.each(['approve.example.com', 'http://approve.example.com', 'https://approve.example.com/?t=1', ''])(
  'an approval page at %j is refused in words that show an address that is taken',
  (url) => {
    const approvers = [{ name: 'Ana', email: 'ana@example.com', roles: ['sre'], tier: 1 }];
    const { success, error } = Settings.safeParse({ approvers, approvalPage: { url, identity: { kind: 'none' } } });
    expect(success).toBe(false);
    expect(error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      ['approvalPage.url', expect.stringContaining('e.g. https://approve.example.com')],
    ]);
  },
);

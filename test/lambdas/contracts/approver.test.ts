import { describe, expect, test } from 'vitest';
import { Settings, type SettingsInput } from '../../../lambdas/contracts/settings.ts';

type Written = SettingsInput['approvers'][number];
const ana = (more: Partial<Written> = {}): Written => ({ name: 'Ana', roles: ['sre'], ...more });
const ANA = ana({ email: 'ana@example.com' });
const BEN = { name: 'Ben', roles: ['owner'] };
const parsed = (...approvers: Written[]) => Settings.parse({ approvers }).approvers;

const USER = 'arn:aws:iam::123456789012:user/ana';
const SESSION = 'arn:aws:sts::123456789012:assumed-role/Operator/ana';

describe('an approver', () => {
  test('who is given by an e-mail address alone has it as their id, as before ids', () => {
    expect(parsed(ANA)).toEqual([
      { id: 'ana@example.com', name: 'Ana', roles: ['sre'], tier: 1, contacts: { email: 'ana@example.com' } },
    ]);
  });

  test.each<Written>([
    ANA,
    ana({ id: 'ana', email: 'ana@example.com' }),
    ana({ contacts: { email: 'ana@example.com' } }),
    ana({ id: 'ana', contacts: { email: 'ana@example.com', iam: SESSION } }),
    ana({ email: 'ana@example.com', contacts: { iam: USER } }),
  ])('is the same when parsed again: %j', (written) => {
    const once = parsed(written);
    expect(parsed(...once)).toEqual(once);
  });

  test('has one e-mail address', () => {
    expect(() => parsed(ana())).toThrow('an e-mail address, as email or contacts.email');
    expect(() => parsed(ana({ contacts: { iam: USER } }))).toThrow('an e-mail address, as email or contacts.email');
    const two = ana({ email: 'ana@example.com', contacts: { email: 'ana@example.org' } });
    expect(() => parsed(two)).toThrow('either email or contacts.email');
  });

  test.each(['policy:ana', 'Policy:resize', 'check:rate', 'ana#1', 'ana lopez', '', 'Everyone', 'aña', 'a\u200bna'])(
    'cannot be called %j',
    (id) => {
      expect(() => parsed(ana({ id, email: 'ana@example.com' }))).toThrow(/id/);
    },
  );
});

describe('two approvers', () => {
  test.each<[string, Written, string]>([
    ['e-mail address in two spellings', { ...BEN, email: 'Ana@Example.com' }, 'every e-mail address once'],
    [
      'address in either form',
      { ...BEN, id: 'ben', contacts: { email: 'ana@example.com' } },
      'every e-mail address once',
    ],
    ['id in two spellings', { ...BEN, id: 'Ana@example.com', email: 'ben@example.com' }, 'every id once'],
  ])('have not the same %s', (_, second, message) => {
    expect(() => parsed(ANA, second)).toThrow(message);
  });

  test('have not one IAM identity, in whatever case', () => {
    const [one, two] = [USER, USER.replace('/ana', '/ANA')];
    const both = [
      ana({ email: 'ana@example.com', contacts: { iam: one } }),
      { ...BEN, email: 'ben@example.com', contacts: { iam: two } },
    ];
    expect(() => parsed(...both)).toThrow('every IAM identity (contacts.iam) once');
  });

  test('are not confused by an id that is the address of the other', () => {
    const first = ana({ id: 'BEN@example.com', email: 'ana@example.com' });
    expect(() => parsed(first, { ...BEN, id: 'ben', email: 'ben@example.com' })).toThrow(
      /another id than .{1,2}BEN@example.com.{1,2}, which is the e-mail address of another approver/,
    );
  });
});

describe('an IAM identity', () => {
  test.each([
    USER,
    SESSION,
    'arn:aws:iam::123456789012:user/division/team/ana',
    'arn:aws-us-gov:iam::123456789012:user/ana',
    'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Ops_0a1b2c/ana@example.com',
  ])('may be %s', (iam) => {
    expect(parsed(ana({ email: 'ana@example.com', contacts: { iam } }))[0]?.contacts.iam).toBe(iam);
  });

  test.each([
    ['arn:aws:iam::123456789012:role/Operator', 'a role alone is everybody who may assume it'],
    ['arn:aws:iam::123456789012:role/team/Operator', 'a role alone is everybody who may assume it'],
    ['arn:aws:sts::123456789012:assumed-role/Operator', 'a role alone is everybody who may assume it'],
    ['arn:aws:sts::123456789012:assumed-role/Operator/', 'a role alone is everybody who may assume it'],
    ['arn:aws:iam::123456789012:root', 'everybody with the root password is root'],
    ['arn:aws:sts::123456789012:assumed-role/Operator/*', 'without wildcards'],
    ['arn:aws:sts::*:assumed-role/Operator/ana', 'without wildcards'],
    ['arn:aws:iam::123456789012:user/*', 'without wildcards'],
    ['arn:aws:iam::123456789012:user/ana?', 'without wildcards'],
    ['arn:aws:iam::123456789012:user/../ben/', 'without wildcards'],
    ['arn:aws:iam::123456789012:group/sre', 'the exact ARN of a user'],
    ['arn:aws:sts::123456789012:federated-user/ana', 'the exact ARN of a user'],
    ['arn:aws:sts::123456789012:assumed-role/path/Operator/ana', 'the exact ARN of a user'],
    [' arn:aws:iam::123456789012:user/ana', 'the exact ARN of a user'],
    ['arn:aws:iam::123456789012:user/ana\n', 'the exact ARN of a user'],
    ['ana', 'the exact ARN of a user'],
  ])('is not %j', (iam, message) => {
    expect(() => parsed(ana({ email: 'ana@example.com', contacts: { iam } }))).toThrow(message);
  });
});

import { Logger } from '@aws-lambda-powertools/logger';
import { expect, test } from 'vitest';
import { memberAccess } from '../../../../lambdas/providers/aws/member-access.ts';
import type { EnvName } from '../../../../lambdas/contracts/env.ts';
import type { Rules } from '../../../../lambdas/contracts/rules.ts';
import { InputError } from '../../../../lambdas/contracts/errors.ts';
import { rules as withoutMembers } from '../../../fixtures/harness.ts';

const members = { hub: '111111111111', accounts: ['222222222222'], externalId: '0f9b4c1e-7a55-4d1e-9a0c' };
const hub: Rules = { ...withoutMembers, settings: { ...withoutMembers.settings, members } };

/** The runtime of a function with these rules and environment variables. */
const runtimeWith = (rules: Rules, environment: Partial<Record<EnvName, string>>) => ({
  account: '111111111111',
  region: 'eu-west-1',
  logger: new Logger({ logLevel: 'SILENT' }),
  rules,
  deadline: { at: () => new Date(0) },
  env: (name: EnvName): string => {
    const value = environment[name];
    if (value === undefined) throw new InputError(name, 'is not set', 'a value');
    return value;
  },
});

test('a function assumes only the member role in its environment', () => {
  const runtime = runtimeWith(hub, { memberReadRole: 'arn:aws:iam::${account}:role/read' });
  expect(memberAccess('memberReadRole', runtime)).toMatchObject({
    accounts: ['222222222222'],
    externalId: members.externalId,
    roleArn: 'arn:aws:iam::${account}:role/read',
  });
  expect(() => memberAccess('memberChangeRole', runtime)).toThrow('is not set');
});

test('without members there is no member role', () => {
  expect(memberAccess('memberReadRole', runtimeWith(withoutMembers, {}))).toBeUndefined();
});

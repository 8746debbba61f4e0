import { describe, expect, test } from 'vitest';
import type { Target } from '../../../lambdas/contracts/plan.ts';
import type { AccountRegion, ChangeScope } from '../../../lambdas/contracts/ports.ts';
import { changeCredentials } from '../../../lambdas/providers/access.ts';
import { INSTALLED } from '../../../lambdas/providers/installed.ts';
import { FakeCloud } from '../../fakes/fake-cloud.ts';

const HOME = { account: '123456789012', region: 'eu-west-1' };
const MEMBER = { ...HOME, account: '222222222222' };
const ELSEWHERE = { ...HOME, region: 'us-east-1' };

const more = { environment: 'production', tags: {} };
const TARGETS: Readonly<Record<string, (at: AccountRegion) => Target>> = {
  aws: (at) => ({
    kind: 'instance',
    id: 'i-0a',
    arn: `arn:aws:ec2:${at.region}:${at.account}:instance/i-0a`,
    ...at,
    ...more,
  }),
  kubernetes: (at) => ({
    kind: 'deployment',
    id: 'shop/cart',
    provider: 'kubernetes',
    ref: 'k8s://prod/shop/deployments/cart',
    ...at,
    ...more,
  }),
};

/** What was asked of the provider, or why it was not. */
const asked = async (provider: string, at: AccountRegion, incident: AccountRegion | null): Promise<string> => {
  const scopes: ChangeScope[] = [];
  const assume = async (scope: ChangeScope) => {
    scopes.push(scope);
    return new FakeCloud([]);
  };
  const credentials = changeCredentials(HOME, INSTALLED.providers, [{ name: provider, assume }]);
  const target = TARGETS[provider]?.(at);
  if (target === undefined) return 'no target';
  const location = { incidentId: 'incident-1', accountRegion: incident };
  const named = { tool: 't', purpose: 'apply', sessionName: 's' } as const;
  const error = await credentials.assume({ provider, calls: [], target, location, ...named }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Error ? error.message : `${scopes.length} asked`;
};

describe.each(['aws', 'kubernetes'])('credentials of %s', (provider) => {
  test.each([
    ['of this account, for an incident of this account', HOME, HOME],
    ['of a member, for an incident of that member', MEMBER, MEMBER],
    ['of this account, for an incident that is nowhere in particular', HOME, null],
  ])('are there for a target %s', async (_what, at, incident) => {
    expect(await asked(provider, at, incident)).toBe('1 asked');
  });

  test.each([
    ['of a member, for an incident of this account', MEMBER, HOME, HOME],
    ['of this account, for an incident of a member', HOME, MEMBER, MEMBER],
    ['of another Region', ELSEWHERE, HOME, HOME],
    ['of a member, for an incident that is nowhere in particular', MEMBER, null, HOME],
    ['of another Region, for an incident that is nowhere in particular', ELSEWHERE, null, HOME],
  ])('are refused for a target %s, and the provider is not asked', async (_what, at, incident, where) => {
    expect(await asked(provider, at, incident)).toBe(
      `There are no credentials for this change. The target is in account ${at.account}, ${at.region}, but the incident is in account ${where.account}, ${where.region}.`,
    );
  });
});

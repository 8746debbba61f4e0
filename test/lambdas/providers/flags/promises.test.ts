import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../../lambdas/kernel/trace/canonical.ts';
import { catalogueOf } from '../../../../lambdas/tools/installed.ts';
import { agentScope, isScope, tripBreaker, trippedBreaker } from '../../../../lambdas/kernel/limits/breaker.ts';
import { dryRunOnly } from '../../../../lambdas/kernel/changes/dry-run-only.ts';
import { lastChange } from '../../../../lambdas/kernel/limits/cooldown.ts';
import { takeLease } from '../../../../lambdas/kernel/limits/lease.ts';
import { compileRules } from '../../../../lambdas/kernel/policy/rules/compile.ts';
import { currentPlan } from '../../../../lambdas/kernel/trace/queries.ts';
import { Journal } from '../../../../lambdas/kernel/trace/journal.ts';
import { policyEngine } from '../../../../lambdas/kernel/policy/engine.ts';
import { INSTALLED } from '../../../../lambdas/providers/installed.ts';
import { Crash, CrashingLedger } from '../../../fakes/crashing-ledger.ts';
import { call } from '../../../fakes/preset-model.ts';
import { WITH_FLAGS } from '../../../fakes/flag-provider/installed.ts';
import { flagAccess, flags } from '../../../fakes/flag-provider/provider.ts';
import { SET_FLAG } from '../../../fakes/flag-provider/tools.ts';
import {
  begunWithFlags,
  CART_OFF,
  FLAG_RULES,
  flagService,
  grantedFlag,
  HOME,
  NEW_CART,
} from '../../../fixtures/flags.ts';

const LOCATION = { incidentId: 'incident-1', accountRegion: HOME };
const NAMED = { tool: 'set_flag', purpose: 'dry-run', sessionName: 's' } as const;

describe('a change of a feature flag', () => {
  test('is read, proposed, planned, approved, made under cut credentials, verified, and rolled back', async () => {
    const { harness, service } = await begunWithFlags();
    await harness.decide([call('get_flag', { service: 'checkout', name: 'new-cart' })]);
    await harness.observe();
    expect(await harness.lastReply()).toContain('flags://checkout/new-cart is on for 50 % of the requests (version 7)');
    await harness.propose(CART_OFF.tool, CART_OFF.input);
    expect(service.changes).toEqual([]);
    expect(await harness.confirm()).toBe('approve');
    const { plan } = currentPlan(await harness.events());
    expect(plan.target).toMatchObject({ provider: 'flags', ref: NEW_CART, environment: 'production', ...HOME });
    await harness.grant();
    expect(await harness.apply()).toBe('verify');
    expect(service.flag(NEW_CART)).toMatchObject({ enabled: false, percent: 0 });
    expect(service.changes).toMatchObject([{ session: 'apply-incident-1' }]);
    expect(await harness.untilVerified()).toBe('rollback');
    await harness.rollback();
    expect(service.flag(NEW_CART)).toMatchObject({ enabled: true, percent: 50, version: 9 });
    expect(service.changes.map(({ session }) => session)).toEqual(['apply-incident-1', 'rollback-incident-1']);
  });

  test('records what it changes by the ref of the flag', async () => {
    const { harness } = await grantedFlag();
    await harness.apply();
    expect((await harness.last('apply.started')).data.targetArn).toBe(NEW_CART);
    expect(await lastChange(harness.ledger, NEW_CART)).toBeDefined();
  });

  test('that policy denies is not planned', async () => {
    const text =
      '@id("cart") @reason("The cart {ref} stays.") forbid (principal, action, resource in Checkrein::Namespace::"123456789012/flags/checkout");';
    const rules = { ...FLAG_RULES, policies: { ...FLAG_RULES.policies, cart: text } };
    const { harness, service } = await begunWithFlags(flagService(), { rules });
    await harness.propose(CART_OFF.tool, CART_OFF.input);
    expect(await harness.lastReply()).toBe(`Refused (policy): The cart ${NEW_CART} stays.`);
    expect(service.requests.filter(({ command }) => command === 'SetFlag')).toEqual([]);
  });

  test('gets another digest by any edit of its plan', async () => {
    const { harness } = await grantedFlag();
    const { digest, plan } = currentPlan(await harness.events());
    expect(digestOf(plan)).toBe(digest);
    for (const edit of [{ ref: `${NEW_CART}2` }, { provider: 'flag' }, { tags: {} }, { account: '1' }])
      expect(digestOf({ ...plan, target: { ...plan.target, ...edit } })).not.toBe(digest);
  });

  test('is refused if the flag drifted after the approval', async () => {
    const { harness, service } = await grantedFlag();
    service.drift(NEW_CART, { percent: 20 });
    expect(await harness.apply()).toBe('decide');
    expect(await harness.lastReply()).toContain('percent was 50, and is 20 now');
    expect(service.changes).toEqual([]);
  });

  test('whose answer was lost is read off the flag, and not made again', async () => {
    const { harness, service } = await grantedFlag();
    service.fail('SetFlag', 'answer-lost');
    expect(await harness.apply()).toBe('verify');
    expect((await harness.last('apply.finished')).data).toMatchObject({ outcome: 'applied', reconciled: true });
    expect(service.changes).toHaveLength(1);
  });

  test('that crashed before its result was recorded is made once, whatever is retried', async () => {
    const { harness, service } = await grantedFlag();
    const ledger = new CrashingLedger(harness.ledger, 'apply.finished');
    await expect(harness.applyOnce({ ledger })).rejects.toThrow(Crash);
    harness.clock.advance(20 * 60);
    expect(await harness.apply()).toBe('verify');
    expect(service.changes).toHaveLength(1);
  });

  test('waits while the service throttles it, and is made after that', async () => {
    const { harness, service } = await grantedFlag();
    service.fail('SetFlag', 'throttled');
    expect(await harness.apply()).toBe('verify');
    expect(service.changes).toHaveLength(1);
  });
});

describe('the limits of the kernel hold for a flag', () => {
  test('while another incident has its lease', async () => {
    const { harness, service } = await grantedFlag();
    const now = harness.clock.now();
    await takeLease(harness.ledger, NEW_CART, 'incident-2', now, new Date(now.getTime() + 3_600_000));
    expect(await harness.apply()).toBe('decide');
    expect(await harness.lastReply()).toContain('(lease)');
    expect(service.changes).toEqual([]);
  });

  test('whose breaker has tripped, and a person can name it to reset it', async () => {
    const { harness, service } = await grantedFlag();
    const journal = await Journal.open(harness.ports, 'verify', { ...harness.at, incidentId: 'incident-1' });
    await tripBreaker(journal, harness.ports, { scope: NEW_CART, policy: 'mine', reason: 'Enough.' });
    harness.at = { ...harness.at, seq: journal.seq };
    expect(await trippedBreaker(harness.ledger, 'ec2-responder', NEW_CART)).toContain('Enough.');
    expect(await harness.apply()).toBe('decide');
    expect(await harness.lastReply()).toContain('(breaker)');
    expect(service.changes).toEqual([]);
    expect(isScope(NEW_CART, WITH_FLAGS.providers)).toBe(true);
    expect(isScope(NEW_CART, INSTALLED.providers)).toBe(false);
    expect(isScope('flags://checkout/*', WITH_FLAGS.providers)).toBe(false);
    expect(isScope(agentScope('a'), WITH_FLAGS.providers)).toBe(true);
  });

  test('and the facts of the next change say when it was last changed', async () => {
    const { harness } = await grantedFlag();
    await harness.apply();
    await harness.untilVerified();
    await harness.rollback();
    await harness.propose(CART_OFF.tool, { ...CART_OFF.input, percent: 10 });
    const { facts } = (await harness.last('proposal.judged')).data;
    expect(facts).toMatchObject({ changesThisIncident: 1, sameAccount: true, sameRegion: true });
    expect(facts['minutesSinceLastChange']).toBeLessThan(10);
  });
});

describe('the cloud of a flag tool', () => {
  test('advises the model as its own provider does, and never as AWS does', async () => {
    const { harness } = await begunWithFlags();
    await harness.decide([call('get_flag', { service: 'checkout', name: 'no-such' })]);
    await harness.observe();
    expect(await harness.lastReply()).toContain('FlagNotFound: there is no flag flags://checkout/no-such.');
    expect(await harness.lastReply()).toContain('Check the name of the flag against the evidence.');
    await harness.decide([call('describe_instances', { instanceIds: ['i-0123456789abcdef0'] })]);
    await harness.observe();
    expect(await harness.lastReply()).toContain('There is no such instance in this account and Region.');
  });

  test('makes no call that the manifest does not list', async () => {
    const { harness, service } = await begunWithFlags();
    const cloud = harness.ports.cloud({ provider: 'flags', calls: SET_FLAG.manifest.reads }, LOCATION);
    const request = { service: 'flags', command: 'SetFlag', input: CART_OFF.input };
    await expect(cloud.send(request)).rejects.toThrow('its manifest does not list');
    expect(service.requests).toEqual([]);
  });

  test('sends no change in a dry run', async () => {
    const { harness, service } = await grantedFlag();
    const { target } = currentPlan(await harness.events()).plan;
    const scope = { provider: 'flags', calls: SET_FLAG.manifest.changes, target, location: LOCATION, ...NAMED };
    const rehearsal = dryRunOnly(await harness.ports.credentials.assume(scope), flags);
    const request = { service: 'flags', command: 'SetFlag', input: CART_OFF.input };
    await expect(rehearsal.send(request)).rejects.toThrow('It was not sent');
    await rehearsal.send({ ...request, input: { ...request.input, validateOnly: true } });
    expect(service.changes).toEqual([]);
  });

  test('has credentials for no other flag, no wildcard, no other provider and no other account', async () => {
    const { harness, service } = await grantedFlag();
    const { target } = currentPlan(await harness.events()).plan;
    const scope = { provider: 'flags', calls: SET_FLAG.manifest.changes, target, location: LOCATION, ...NAMED };
    const { credentials } = harness.ports;
    const cloud = await credentials.assume(scope);
    const other = { ...CART_OFF.input, name: 'old-cart' };
    await expect(cloud.send({ service: 'flags', command: 'SetFlag', input: other })).rejects.toThrow(
      'this token may change flags://checkout/new-cart, not flags://checkout/old-cart',
    );
    const faults = [
      [{ ...scope, target: { ...target, ref: 'flags://checkout/*' } }, 'does not name exactly one thing'],
      [{ ...scope, provider: 'aws' }, 'is one of flags, but its tool is one of aws'],
      [
        { ...scope, provider: 'k8s' },
        'The provider "k8s" of this tool is not installed; installed: aws, kubernetes, flags.',
      ],
      [{ ...scope, target: { ...target, account: '999999999999' } }, 'The target is in account 999999999999'],
      [{ ...scope, target: { ...target, region: 'us-east-1' } }, 'The target is in account 123456789012, us-east-1'],
    ] as const;
    for (const [wrong, says] of faults) await expect(credentials.assume(wrong)).rejects.toThrow(says);
    expect(service.changes).toEqual([]);
  });
});

test.each([
  ['twice', [...WITH_FLAGS.providers, flags], 'provider "flags": it is installed twice'],
  ['under the name of another in capitals', [...WITH_FLAGS.providers, { ...flags, name: 'Flags' }], 'provider "Flags"'],
])('a provider that is installed %s does not compile', (_, providers, says) => {
  const { approvers } = FLAG_RULES.settings;
  expect(() => compileRules('config', { approvers }, { ...WITH_FLAGS, providers })).toThrow(says);
});

describe('a tool whose provider is not installed', () => {
  test('does not compile', () => {
    const only = { ...WITH_FLAGS, providers: INSTALLED.providers };
    const { approvers } = FLAG_RULES.settings;
    expect(() => compileRules('config', { approvers }, only)).toThrow(
      'tool set_flag: its provider "flags" is not installed; installed: aws, kubernetes',
    );
  });

  test('is refused in words at run, when it reads and when it changes', async () => {
    const installed = { ...WITH_FLAGS, providers: INSTALLED.providers };
    const { harness } = await begunWithFlags(flagService(), { installed, access: () => ({ reads: [], changes: [] }) });
    await harness.decide([call('get_flag', { service: 'checkout', name: 'new-cart' })]);
    await harness.observe();
    const says = 'The provider "flags" of this tool is not installed; installed: aws';
    expect(await harness.lastReply()).toContain(says);
    await harness.propose(CART_OFF.tool, CART_OFF.input);
    expect(await harness.lastReply()).toBe(`Refused (target): ${says}, kubernetes.`);
  });

  test('is refused by policy, which does not know where its target is', async () => {
    const { harness } = await grantedFlag();
    const { tool, target, facts } = currentPlan(await harness.events()).plan;
    const agent = { name: 'a', tools: { observe: [], change: [tool] } };
    const decision = policyEngine(FLAG_RULES, INSTALLED.providers).mayPropose({
      ...{ agent, tool, target, facts },
      phase: 'proposal',
    });
    expect([decision.verdict, decision.reason]).toEqual([
      'refused',
      'The provider "flags" of this tool is not installed; installed: aws, kubernetes.',
    ]);
  });
});

test.each([
  ['with a wildcard', { provider: 'flags', ref: 'flags://checkout/*' }, 'does not name exactly one thing'],
  ['of AWS', { arn: 'arn:aws:ec2:eu-west-1:123456789012:instance/i-1' }, 'is one of aws, but its tool is one of flags'],
])('a target %s, which a tool answers, is refused', async (_name, wrong, says) => {
  const { tool } = await SET_FLAG.load();
  const describe: typeof tool.describe = async (input, context) => {
    const { target, state } = await tool.describe(input, context);
    const { kind, id, account, region, environment, tags } = target;
    return { target: { ...{ kind, id, account, region, environment, tags }, ...wrong }, state };
  };
  const line = { manifest: SET_FLAG.manifest, load: async () => ({ tool: { ...tool, describe } }) };
  const installed = { ...WITH_FLAGS, catalogue: catalogueOf(WITH_FLAGS.catalogue.observe, [line]) };
  const { harness } = await begunWithFlags(flagService(), { installed, access: flagAccess(flagService(), HOME) });
  await harness.propose(CART_OFF.tool, CART_OFF.input);
  expect(await harness.lastReply()).toContain(says);
  expect((await harness.last('proposal.judged')).data.verdict).toBe('refused');
});

import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../lambdas/contracts/json.ts';
import { admit, toolSpecsOf } from '../../../../lambdas/kernel/model/admission.ts';
import { agentOf } from '../../../../lambdas/kernel/model/agents.ts';
import { call } from '../../../fakes/preset-model.ts';
import { rules, rulesWith, TestHarness } from '../../../fixtures/harness.ts';
import { INSTALLED } from '../../../../lambdas/providers/installed.ts';

const logGroups = ['/app/checkout', '/aws/lambda/checkout-*', '/ecs/*/web'];
const agent = { ...agentOf(rules, 'ec2-responder'), logGroups };
const ask = (input: Json, of = agent) => admit(of, { id: 'x', name: 'query_logs', input }, INSTALLED.catalogue);
const refusalOf = (input: Json, of = agent): string => {
  const admission = ask(input, of);
  return admission.kind === 'refused' ? admission.reason : '';
};

describe('an agent reads the log groups of its patterns', () => {
  test.each(['/app/checkout', '/aws/lambda/checkout-', '/aws/lambda/checkout-api', '/ecs/blue/web', '/ecs/a/b/web'])(
    'such as %s',
    (logGroup) => {
      expect(ask({ logGroup }).kind).toBe('observe');
    },
  );

  test('and the model is told which these are', () => {
    const spec = toolSpecsOf(agent, INSTALLED.catalogue).find(({ name }) => name === 'query_logs');
    expect(spec?.description).toContain('Log groups of this agent: /app/checkout, /aws/lambda/checkout-*, /ecs/*/web.');
  });
});

describe('an agent reads no other log group', () => {
  test.each([
    ['of another service', '/app/billing'],
    ['whose name only begins like one of its own', '/app/checkout-secrets'],
    ['whose name only ends like one of its own', '/other/app/checkout'],
    ['in other letters', '/App/Checkout'],
    ['in other letters before a *', '/AWS/lambda/checkout-api'],
    ['that lacks what comes after a *', '/ecs/blue/db'],
    ['in which both ends of a pattern overlap', '/ecs/web'],
  ])('a log group %s is refused, and the reason names the patterns', (_, logGroup) => {
    expect(ask({ logGroup })).toMatchObject({ kind: 'refused', check: 'allowlist' });
    expect(refusalOf({ logGroup })).toBe(
      `ec2-responder may not read the log group ${logGroup}. Its log groups: /app/checkout, /aws/lambda/checkout-*, /ecs/*/web.`,
    );
  });

  test.each([
    ['an ARN', 'arn:aws:logs:eu-west-1:111122223333:log-group:/app/checkout'],
    ['an ARN of another account', 'arn:aws:logs:eu-west-1:999999999999:log-group:/app/checkout'],
    ['an ARN with :*', 'arn:aws:logs:eu-west-1:111122223333:log-group:/app/checkout:*'],
    ['a name with :*', '/app/checkout:*'],
    ['a pattern', '/aws/lambda/checkout-*'],
    ['two names', '/app/checkout,/app/billing'],
    ['a name and a line break', '/app/checkout\n'],
    ['a list', ['/app/checkout']],
  ])('a log group that is named by %s is refused', (_, logGroup) => {
    expect(ask({ logGroup })).toMatchObject({ kind: 'refused', check: 'schema' });
    if (typeof logGroup === 'string')
      expect(refusalOf({ logGroup })).toContain('logGroup: the name of one log group, not an ARN and without *');
  });

  test.each(['logGroupName', 'logGroupNames', 'logGroupIdentifiers', 'queryLanguage'])(
    'a log group in the field %s is refused',
    (field) => {
      expect(refusalOf({ logGroup: '/app/checkout', [field]: ['/app/billing'] })).toContain(field);
    },
  );

  test('an agent without patterns reads none at all', () => {
    expect(refusalOf({ logGroup: '/app/checkout' }, { ...agent, logGroups: [] })).toContain('Its log groups: none.');
  });
});

describe('a query cannot name a further log group', () => {
  test.each([
    ['at its start', "SOURCE '/app/billing' | fields @message"],
    ['by prefix', 'source logGroups(namePrefix: ["/"]) | fields @message'],
    ['after a comment', '# counts\nSOURCE logGroups()'],
    ['in a join', "filter a = 1 | join left=l right=r where l.id=r.id (SOURCE '/app/billing')"],
    ['in a subquery', "filter id in ( SOURCE '/app/billing' | fields id )"],
    [
      'behind a comment that looks like text',
      'filter a = "#" | filter id in (\n# "\nSource\t"/app/billing" | fields id)',
    ],
    ['in backticks', 'filter id in (source`/app/billing` | fields id)'],
    ['behind a field in backticks', "filter `a` in (`b`source '/app/billing')"],
    ['without quotes', 'filter id in (source /app/billing | fields id)'],
  ])('a query that names a log group %s is refused', (_, query) => {
    expect(ask({ logGroup: '/app/checkout', query })).toMatchObject({ kind: 'refused', check: 'schema' });
    expect(refusalOf({ logGroup: '/app/checkout', query })).toContain('a query reads only the log group in logGroup');
  });

  test.each([
    'filter `source` = "web" | stats count(*) by `source`',
    'filter detail.source = "web" or eventSource = "x" or source_ip = "y"',
    'filter @source = "web" | stats count(*) by resource',
  ])('a field is no command: %s', (query) => {
    expect(ask({ logGroup: '/app/checkout', query }).kind).toBe('observe');
  });
});

describe('Checkrein’s own log groups', () => {
  test.each(['Checkrein-StepsDecideLogs0A1B2C3D-x9Yz', 'Checkrein-IncidentFlowLogs', 'CheckreinEu-StepsOpenLogs'])(
    '%s is refused, whatever the patterns say',
    (logGroup) => {
      const greedy = { ...agent, logGroups: [logGroup, 'C*'] };
      expect(ask({ logGroup }, greedy)).toMatchObject({ kind: 'refused', check: 'allowlist' });
      expect(refusalOf({ logGroup }, greedy)).toBe(
        `${logGroup} is a log group of Checkrein itself, which no agent may read. Log groups of ec2-responder: ${logGroup}, C*.`,
      );
    },
  );
});

describe('before any call to AWS', () => {
  const queries = (harness: TestHarness) => harness.calls.filter(({ service }) => service === 'logs');
  const other = { logGroup: '/app/billing' };

  test('a model that asks for another log group gets the reason', async () => {
    const harness = await new TestHarness({ rules: rulesWith({ logGroups }) }).begin();
    expect(await harness.decide([call('query_logs', other)])).toBe('decide');
    const { check, reason } = (await harness.last('call.refused')).data;
    expect([check, reason]).toEqual(['allowlist', expect.stringContaining('Its log groups: /app/checkout')]);
    expect(queries(harness)).toEqual([]);
  });

  test('a first look at another log group is evidence that says why', async () => {
    const firstLook = [{ tool: 'query_logs', input: other }];
    const harness = await new TestHarness({ rules: rulesWith({ logGroups, firstLook }) }).begin();
    const { outcome, text } = (await harness.last('evidence.gathered')).data;
    expect([outcome, text]).toEqual(['failed', expect.stringContaining('may not read the log group /app/billing')]);
    expect(queries(harness)).toEqual([]);
  });

  test('a call that was admitted under earlier rules is refused by Observe itself, and answered', async () => {
    const before = await new TestHarness({ rules: rulesWith({ logGroups: ['/app/*'] }) }).begin();
    await before.decide([call('query_logs', other)]);
    const after = new TestHarness({ rules: rulesWith({ logGroups }), ledger: before.ledger });
    after.at = before.at;
    await after.observe();
    const { tool, outcome, text } = (await after.last('evidence.gathered')).data;
    expect([tool, outcome]).toEqual(['query_logs', 'failed']);
    expect(text).toContain('may not read the log group /app/billing');
    expect(queries(after)).toEqual([]);
  });
});

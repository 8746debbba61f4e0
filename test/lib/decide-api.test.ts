import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { synthesize } from '../../lib/synthesize.ts';
import { IAM_RULES } from '../fixtures/iam-approvers.ts';
import { rightsIn, whoMay } from './permissions.ts';
import { shippedRules } from './shipped.ts';

const { template } = synthesize(IAM_RULES);
const rights = rightsIn(template);
const Named = z.object({ Properties: z.object({ AuthType: z.string() }) });

describe('where some approver has an IAM identity', () => {
  test('one URL more takes answers, and AWS lets in no request that is not signed', () => {
    const urls = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Url');
    expect(urls.map(([id, url]) => [id.replace(/[0-9A-F]{8}$/, ''), Named.parse(url).Properties.AuthType])).toEqual([
      ['StepsPageAliasliveFunctionUrl', 'NONE'],
      ['StepsDecideApiAliasliveFunctionUrl', 'AWS_IAM'],
    ]);
    const permissions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Permission');
    // Nobody outside the account, and nobody in it whom their own policies do not let.
    expect(JSON.stringify(permissions)).not.toContain('StepsDecideApi');
  });

  test('its function has the rights of the page, but verifies no links and has none sent', () => {
    const ofPageAlone = (one: unknown): boolean => /LinkKey|StepsSendLink/.test(JSON.stringify(one));
    const of = (role: string) =>
      rights
        .filter((one) => one.role === role && !ofPageAlone(one))
        .map(({ action, resource, conditions }) =>
          JSON.stringify([action, resource, conditions]).replace(/Steps\w+Logs[0-9A-F]{8}/, 'its logs'),
        )
        .toSorted();
    expect(of('DecideApi')).toEqual(of('Page'));
    expect(whoMay(rights, 'kms:VerifyMac', /LinkKey/)).toEqual(['Page']);
    expect(whoMay(rights, 'kms:GenerateMac', /LinkKey/)).toEqual(['Ask', 'SendLink']);
    expect(whoMay(rights, 'kms:GenerateMac', /GrantKey/)).toEqual(['DecideApi', 'Page']);
    expect(whoMay(rights, 'states:SendTaskSuccess')).toEqual(['Ask', 'DecideApi', 'Page']);
  });

  test('no function of the stack may invoke it', () => {
    const invoking = rights.filter(({ action }) => /^lambda:Invoke|^lambda:\*|^\*$/.test(action));
    expect(JSON.stringify(invoking)).not.toContain('DecideApi');
  });
});

test('without an approver whom IAM knows there is no such URL', () => {
  expect(JSON.stringify(synthesize(shippedRules()).template)).not.toContain('DecideApi');
});

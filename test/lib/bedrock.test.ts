import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { Settings, type SettingsInput } from '../../lambdas/contracts/settings.ts';
import { templateText } from '../../lib/template-text.ts';
import { synthesize, type Template } from '../../lib/synthesize.ts';
import { rightsIn, whoMay } from './permissions.ts';
import { shippedRules } from './shipped.ts';

const shipped = shippedRules();
const [agent] = shipped.agents;
const rulesWith = (options: Partial<SettingsInput>, agents = shipped.agents): Rules => ({
  ...shipped,
  agents,
  settings: Settings.parse({ ...shipped.settings, ...options }),
});
const stackWith = (...given: Parameters<typeof rulesWith>): Template => synthesize(rulesWith(...given)).template;

const inEurope = { model: { provider: 'bedrock', geography: 'eu' } } as const;
const anywhere = { model: { provider: 'bedrock', geography: 'global', region: 'eu-central-1' } } as const;
const guardrail = { guardrail: { id: 'gr1abc', version: '3', profile: 'eu.guardrail.v1:0' } } as const;
const shippedStack = stackWith({});

/** Placeholders for values that only deployment knows, by name. */
const read = (value: unknown): string => templateText(value, (name) => name.replace('AWS::', '').toLowerCase());
const Conditions = z.object({ StringEquals: z.record(z.string(), z.unknown()) }).optional();
/** Permissions on Bedrock as they read in an account. */
const bedrockRights = (template: Template) =>
  rightsIn(template)
    .filter(({ action }) => action.startsWith('bedrock:'))
    .map(({ role, action, resource, conditions }) => {
      const { StringEquals = {} } = Conditions.parse('StringEquals' in conditions ? conditions : undefined) ?? {};
      return {
        who: `${role} ${action}`,
        on: [z.json().parse(JSON.parse(resource))].flat().map(read),
        only: Object.fromEntries(Object.entries(StringEquals).map(([key, value]) => [key, read(value)])),
      };
    });
const outputsOf = (template: Template): string[] => Object.keys(z.looseObject({}).parse(template['Outputs']));

describe('models on Bedrock', () => {
  test('need no API key: there is no secret, no permission to read one, and no output for it', () => {
    const template = stackWith(inEurope);
    const secrets = (from: Template) => Object.values(from.Resources).filter(({ Type }) => Type.includes('Secret'));
    expect(secrets(shippedStack)).toHaveLength(1);
    expect(secrets(template)).toEqual([]);
    expect(whoMay(rightsIn(template), 'secretsmanager:GetSecretValue')).toEqual([]);
    expect(outputsOf(shippedStack)).toContain('ModelKeySecret');
    expect(outputsOf(template)).not.toContain('ModelKeySecret');
    expect(JSON.stringify(template)).not.toContain('CHECKREIN_MODEL_');
  });

  test('only Decide may invoke them, only the models that agents name, and only through the profile of their geography', () => {
    const profile = 'arn:partition:bedrock:region:accountid:inference-profile/eu.anthropic.claude-sonnet-4-6';
    expect(bedrockRights(stackWith(inEurope))).toEqual([
      { who: 'Decide bedrock:InvokeModel', on: [profile], only: {} },
      {
        who: 'Decide bedrock:InvokeModel',
        on: ['arn:partition:bedrock:*::foundation-model/anthropic.claude-sonnet-4-6'],
        only: { 'bedrock:InferenceProfileArn': profile },
      },
    ]);
  });

  test('with the global geography are allowed without any wildcard, as AWS checks them', () => {
    const profile = 'arn:partition:bedrock:eu-central-1:accountid:inference-profile/global.anthropic.claude-sonnet-4-6';
    const through = { 'bedrock:InferenceProfileArn': profile };
    expect(bedrockRights(stackWith(anywhere)).map(({ on, only }) => ({ on, only }))).toEqual([
      { on: [profile], only: {} },
      { on: ['arn:partition:bedrock:eu-central-1::foundation-model/anthropic.claude-sonnet-4-6'], only: through },
      {
        on: ['arn:partition:bedrock:::foundation-model/anthropic.claude-sonnet-4-6'],
        only: { ...through, 'aws:RequestedRegion': 'unspecified' },
      },
    ]);
  });

  test('two agents with two models add both, and two names of one model add it once', () => {
    if (agent === undefined) expect.fail('there is an agent');
    const named = (...models: string[]) => models.map((model, n) => ({ ...agent, name: `agent-${n}`, model }));
    const profiles = (...models: string[]) =>
      bedrockRights(stackWith(inEurope, named(...models)))
        .flatMap(({ on }) => on)
        .filter((arn) => arn.includes(':inference-profile/'))
        .map((arn) => arn.replace(/^.*eu\.anthropic\./, ''))
        .sort();
    expect(profiles('claude-sonnet-4-6', 'claude-opus-4-6')).toEqual(['claude-opus-4-6-v1', 'claude-sonnet-4-6']);
    expect(profiles('claude-haiku-4-5', 'claude-haiku-4-5-20251001')).toEqual(['claude-haiku-4-5-20251001-v1:0']);
  });
});

describe('a guardrail', () => {
  test('may be applied by Observe, that guardrail and no other', () => {
    expect(bedrockRights(stackWith({ guardrail: { id: 'gr1abc', version: '3' } }))).toEqual([
      {
        who: 'Observe bedrock:ApplyGuardrail',
        on: ['arn:partition:bedrock:region:accountid:guardrail/gr1abc'],
        only: {},
      },
    ]);
  });

  test('with a profile may be applied in any Region of that profile', () => {
    expect(bedrockRights(stackWith(guardrail))[0]?.on).toEqual([
      'arn:partition:bedrock:region:accountid:guardrail/gr1abc',
      'arn:partition:bedrock:*:accountid:guardrail-profile/eu.guardrail.v1:0',
    ]);
  });
});

test('without either, no role has any permission on Bedrock', () => {
  expect(bedrockRights(shippedStack)).toEqual([]);
});

describe('settings', () => {
  const approvers: SettingsInput['approvers'] = [{ email: 'sre@example.com', name: 'SRE', roles: ['sre'] }];

  test('without a provider mean the Messages API, with or without a gateway', () => {
    expect(Settings.parse({ approvers }).model).toEqual({
      provider: 'anthropic',
      baseUrl: 'https://api.anthropic.com',
    });
    const baseUrl = 'https://gateway.example.com';
    expect(Settings.parse({ approvers, model: { baseUrl } }).model).toEqual({ provider: 'anthropic', baseUrl });
  });

  test.each([
    ['Bedrock without a geography', { model: { provider: 'bedrock' } }, '"geography"'],
    ['Bedrock behind a gateway', { model: { ...inEurope.model, baseUrl: 'https://x.example' } }, 'baseUrl'],
    ['a zone for a Region', { model: { ...inEurope.model, region: 'eu-west-1a' } }, 'a Region, e.g. eu-west-1'],
    ['another provider', { model: { provider: 'openai' } }, "'anthropic' or 'bedrock'"],
    ['a draft of a guardrail', { guardrail: { id: 'gr1abc', version: 'DRAFT' } }, 'a numbered version'],
    ['the ARN of a guardrail', { guardrail: { id: 'arn:aws:bedrock:…', version: '1' } }, 'not its ARN'],
  ])('%s is refused in words', (_, option, says) => {
    const parsed = Settings.safeParse({ approvers, ...option });
    expect(parsed.success ? '' : JSON.stringify(parsed.error.issues)).toContain(says);
  });
});

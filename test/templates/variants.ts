import { App, type Stack } from 'aws-cdk-lib';
import cdkJson from '../../cdk.json' with { type: 'json' };
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { Settings, type SettingsInput } from '../../lambdas/contracts/settings.ts';
import { CheckreinStack } from '../../lib/checkrein-stack.ts';
import { CheckreinMember } from '../../lib/member-stack.ts';
import { E2eFailure } from '../e2e/failure.ts';
import { EVERY_NOTIFIER, EVERY_OPTION } from '../lib/options.ts';
import { shippedRules } from '../lib/shipped.ts';
import { CATALOGUE } from '../../lambdas/tools/catalogue.ts';

const HUB = '111111111111';
const members = { hub: HUB, accounts: ['222222222222'], externalId: '6f1c2a3b-0d4e-4f5a-9b6c' };

/** What a team can set that changes the template, each by itself or together with what goes with it. */
const SETTINGS: Readonly<Record<string, Partial<SettingsInput>>> = {
  canary: {},
  'all-at-once': { rollout: 'all-at-once' },
  bedrock: { model: { provider: 'bedrock', geography: 'eu' } },
  'network-own-key-boundary-tags': EVERY_OPTION,
  'throw-away': { protectData: false, pageConcurrency: 5 },
  hub: { members },
  notifiers: { notifiers: EVERY_NOTIFIER },
};

const rulesWith = (rules: Rules, more: Partial<SettingsInput>): Rules => ({
  ...rules,
  settings: Settings.parse({ ...rules.settings, ...more }),
});

/** The templates of every way to deploy, by name. */
export const templates = (outdir: string): ReadonlyMap<string, object> => {
  const rules = shippedRules();
  const synth = (name: string, create: (app: App) => Stack): [string, object] => {
    const context = { ...cdkJson.context, 'aws:cdk:bundling-stacks': [] };
    const app = new App({ outdir: `${outdir}/${name}`, context, builtinCloudFormationValidation: false });
    const { stackName } = create(app);
    const template: unknown = app.synth().getStackByName(stackName).template;
    if (typeof template !== 'object' || template === null)
      throw new E2eFailure(`${name} has no template.`, 'See lib/.');
    return [name, template];
  };
  const hub = Object.entries(SETTINGS).map(([name, settings]) =>
    synth(
      name,
      (app) => new CheckreinStack(app, 'Checkrein', { rules: rulesWith(rules, settings), catalogue: CATALOGUE }),
    ),
  );
  const inMember = rulesWith(rules, { members });
  return new Map([
    ...hub,
    synth(
      'member',
      (app) => new CheckreinMember(app, 'CheckreinMember', { of: { rules: inMember, catalogue: CATALOGUE } }),
    ),
  ]);
};

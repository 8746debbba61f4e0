import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Geography } from '../../lambdas/contracts/bedrock.ts';
import type { ModelSource } from '../../lambdas/contracts/settings.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { Model } from '../../lambdas/contracts/ports.ts';
import type { Application } from '../../local/application.ts';
import { loadFurtherScripts, loadScript } from '../../local/script.ts';
import { scriptedIncidents } from '../../local/scripted-model.ts';

/** The model of a run. A real one has a source, because its price depends on that. */
interface ChosenModel {
  readonly model: Model;
  readonly source?: ModelSource;
}

const SCRIPTED = 'scripted:';
const BEDROCK = /^bedrock(?::(.+))?$/;
const KINDS = 'scripted:FILE, anthropic, or bedrock:GEOGRAPHY such as bedrock:eu';

/** The model that `--model` names; by default the script beside the world file. */
export const modelFor = async (
  app: Application,
  { model, world }: { model?: string; world: string },
): Promise<ChosenModel> => {
  const beside = join(dirname(world), 'model.json');
  const name = model ?? (existsSync(beside) ? `${SCRIPTED}${beside}` : undefined);
  if (name === undefined) throw new InputError('--model', `not given, and there is no ${beside}`, KINDS);
  if (name.startsWith(SCRIPTED)) {
    const path = name.slice(SCRIPTED.length);
    return { model: scriptedIncidents(await loadScript(path), await loadFurtherScripts(path), path) };
  }
  if (name === 'anthropic') return fromAnthropic();
  const bedrock = BEDROCK.exec(name);
  if (bedrock === null) throw new InputError('--model', `cannot be ${JSON.stringify(name)}`, KINDS);
  return fromBedrock(app, bedrock[1]);
};

const fromAnthropic = async (): Promise<ChosenModel> => {
  const { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: given } = process.env;
  if (key === undefined || key === '')
    throw new InputError('ANTHROPIC_API_KEY', 'is not set', 'an API key in the environment, for --model anthropic');
  const baseUrl = given ?? 'https://api.anthropic.com';
  const { anthropicModel } = await import('../../lambdas/adapters/model/anthropic.ts');
  return { model: anthropicModel({ apiKey: async () => key, baseUrl }), source: { provider: 'anthropic', baseUrl } };
};

/** Bedrock with the geography of the deployment or the one given, and with the credentials and Region of the shell. */
const fromBedrock = async (app: Application, geography: string | undefined): Promise<ChosenModel> => {
  const source = geography === undefined ? deployed(app) : inGeography(geography);
  const { bedrockModel } = await import('../../lambdas/adapters/model/bedrock.ts');
  return { model: bedrockModel(source), source };
};

type BedrockSource = Extract<ModelSource, { provider: 'bedrock' }>;

const deployed = ({ config, rules }: Application): BedrockSource => {
  const { model } = rules.settings;
  if (model.provider === 'bedrock') return model;
  throw new InputError(
    '--model bedrock',
    `${join(config, 'deployment.ts')} has no geography`,
    'bedrock:GEOGRAPHY, such as bedrock:eu',
  );
};

const inGeography = (given: string): BedrockSource => {
  const { data: geography } = Geography.safeParse(given);
  if (geography !== undefined) return { provider: 'bedrock', geography };
  throw new InputError('--model', `${JSON.stringify(given)} is not a Bedrock geography`, Geography.options.join(', '));
};

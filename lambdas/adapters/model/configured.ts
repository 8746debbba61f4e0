import type { Model } from '../../contracts/ports.ts';
import type { LambdaRuntime } from '../../runtime/serve.ts';

/** The model where the settings say it is. An SDK is loaded with the first turn, and only the one that is used. */
export const configuredModel = ({ env, rules }: LambdaRuntime): Model => {
  const source = rules.settings.model;
  switch (source.provider) {
    case 'anthropic': {
      const [secret, baseUrl] = [env('modelSecret'), env('modelBaseUrl')];
      return loaded(async () => {
        const { modelKey } = await import('../aws/secrets.ts');
        const { anthropicModel } = await import('./anthropic.ts');
        return anthropicModel({ apiKey: modelKey(secret), baseUrl });
      });
    }
    case 'bedrock':
      return loaded(async () => (await import('./bedrock.ts')).bedrockModel(source));
  }
};

const loaded = (load: () => Promise<Model>): Model => {
  let model: Promise<Model> | undefined;
  return { decide: async (request) => (await (model ??= load())).decide(request) };
};

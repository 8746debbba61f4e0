import type { Model } from '../../contracts/ports.ts';
import type { LambdaRuntime } from '../../runtime/serve.ts';

/** The model that the settings name. Its SDK is loaded at the first turn. */
export const configuredModel = ({ env, rules }: LambdaRuntime): Model => {
  const source = rules.settings.model;
  switch (source.provider) {
    case 'anthropic': {
      const [secret, baseUrl] = [env('modelSecret'), env('modelBaseUrl')];
      return lazyModel(async () => {
        const { modelKey } = await import('../aws/secrets.ts');
        const { anthropicModel } = await import('./anthropic.ts');
        return anthropicModel({ apiKey: modelKey(secret), baseUrl });
      });
    }
    case 'bedrock':
      return lazyModel(async () => (await import('./bedrock.ts')).bedrockModel(source));
  }
};

const lazyModel = (load: () => Promise<Model>): Model => {
  let model: Promise<Model> | undefined;
  return { decide: async (request) => (await (model ??= load())).decide(request) };
};

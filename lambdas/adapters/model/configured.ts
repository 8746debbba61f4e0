import { ERROR } from '../../contracts/error-names.ts';
import { StepError } from '../../contracts/errors.ts';
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

/**
 * A model that is loaded at its first turn and kept. If the service refuses the key of a kept one, somebody may have
 * stored another key since: it is loaded again, once, so that a function that has been running takes the new key.
 */
export const lazyModel = (load: () => Promise<Model>): Model => {
  let model: Promise<Model> | undefined;
  return {
    decide: async (request) => {
      const kept = model;
      try {
        return await (await (model ??= load())).decide(request);
      } catch (error) {
        if (kept === undefined || !(error instanceof StepError) || error.name !== ERROR.misconfigured) throw error;
        model = load();
        return (await model).decide(request);
      }
    },
  };
};

import type { ContentFilter } from '../../contracts/ports.ts';
import type { LambdaRuntime } from '../../runtime/serve.ts';

/** The guardrail of the settings. Bedrock's SDK is loaded with the first text; without a guardrail, never. */
export const configuredContentFilter = ({ rules, logger }: LambdaRuntime): ContentFilter | undefined => {
  const { guardrail } = rules.settings;
  if (guardrail === undefined) return undefined;
  let screen: Promise<ContentFilter> | undefined;
  const load = async (): Promise<ContentFilter> => {
    const { bedrockGuardrail } = await import('./guardrail.ts');
    const onUnavailable = (reason: string): void =>
      logger.error('The guardrail could not look at a piece of evidence.', { guardrail: guardrail.id, reason });
    return bedrockGuardrail(guardrail, { onUnavailable });
  };
  return { check: async (text) => (await (screen ??= load())).check(text) };
};

import type { ContentFilter } from '../../contracts/ports.ts';
import type { LambdaRuntime } from '../../runtime/serve.ts';

/** The guardrail of the settings, if there is one. Bedrock's SDK is loaded when the first text is checked. */
export const configuredContentFilter = ({ rules, logger }: LambdaRuntime): ContentFilter | undefined => {
  const { guardrail } = rules.settings;
  if (guardrail === undefined) return undefined;
  let filter: Promise<ContentFilter> | undefined;
  const load = async (): Promise<ContentFilter> => {
    const { bedrockGuardrail } = await import('./guardrail.ts');
    const onUnavailable = (reason: string): void =>
      logger.error('The guardrail could not check a tool result.', { guardrail: guardrail.id, reason });
    return bedrockGuardrail(guardrail, { onUnavailable });
  };
  return { check: async (text) => (await (filter ??= load())).check(text) };
};

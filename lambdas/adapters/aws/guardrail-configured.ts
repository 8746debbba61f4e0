import type { Screen } from '../../contracts/ports.ts';
import type { Surroundings } from '../../runtime/serve.ts';

/** The guardrail of the settings. Bedrock's SDK is loaded with the first text; without a guardrail, never. */
export const configuredScreen = ({ rules, logger }: Surroundings): Screen | undefined => {
  const { guardrail } = rules.settings;
  if (guardrail === undefined) return undefined;
  let screen: Promise<Screen> | undefined;
  const load = async (): Promise<Screen> => {
    const { bedrockGuardrail } = await import('./guardrail.ts');
    const onUnavailable = (reason: string): void =>
      logger.error('The guardrail could not look at a piece of evidence.', { guardrail: guardrail.id, reason });
    return bedrockGuardrail(guardrail, { onUnavailable });
  };
  return { screen: async (text) => (await (screen ??= load())).screen(text) };
};

/**
 * Models that Anthropic's SDK calls deprecated, with the day on which its API stops serving them. Bedrock sets dates of its
 * own: https://platform.claude.com/docs/en/about-claude/model-deprecations.
 */
const RETIRES: ReadonlyMap<string, string> = new Map([
  ['claude-sonnet-4-5', '2026-11-30'],
  ['claude-sonnet-4-5-20250929', '2026-11-30'],
]);

/** The day (`2026-11-30`) on which a model is retired; undefined if no day is set. */
export const retirementOf = (model: string): string | undefined => RETIRES.get(model);

/** What to do about an agent whose model will be retired; undefined if it will not. */
export const retirementWarning = (agent: string, model: string): string | undefined => {
  const day = retirementOf(model);
  return day === undefined
    ? undefined
    : `The agent ${agent} uses ${model}, which is deprecated. Anthropic retires it on ${day} (Bedrock sets a day of its own); after that its calls fail and its incidents are escalated. Name another model in config/agents/.`;
};

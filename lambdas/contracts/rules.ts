import * as z from 'zod';
import { Agent } from './agent.ts';
import { Settings } from './settings.ts';

/**
 * Everything that a team decides, compiled at synth from `config/` and shipped inside each function:
 * agents, policies, and the settings that steps need. A change of rules is a deployment, so it has a
 * review, a diff and a hash that is recorded on every plan.
 */
export const Rules = z.strictObject({
  agents: z.array(Agent),
  /** Cedar policies keyed by their `@id`, each as text. */
  policies: z.record(z.string(), z.string()),
  /** The Cedar schema, generated from the fact registry and the tool manifests. */
  schema: z.string(),
  settings: Settings,
  /** SHA-256 over all of the above. */
  hash: z.string(),
});
export type Rules = z.infer<typeof Rules>;

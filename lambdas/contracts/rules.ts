import * as z from 'zod';
import { Agent } from './agent.ts';
import { JsonObject } from './json.ts';
import { Settings } from './settings.ts';

/**
 * What Cedar would have to find out of policies and schema at each cold start, so it is found out at synth. It counts for the texts that
 * it was made from, and for no others.
 */
export const PreparedPolicies = z.strictObject({
  /** Hash of the texts. */
  of: z.string(),
  policies: z.record(
    z.string(),
    z.strictObject({ effect: z.enum(['permit', 'forbid']), annotations: z.record(z.string(), z.string()) }),
  ),
  /** The facts that each change tool must supply. */
  factsOf: z.record(z.string(), z.array(z.string())),
  /** The schema in Cedar's JSON, which it reads faster than the text. Cedar refuses what is none. */
  schema: z.record(z.string(), JsonObject),
});
export type PreparedPolicies = z.infer<typeof PreparedPolicies>;

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
  /** In the rules that a function carries. */
  prepared: z.strictObject({ ...PreparedPolicies.shape, hash: z.string() }).exactOptional(),
});
export type Rules = z.infer<typeof Rules>;

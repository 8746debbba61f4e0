import type { Json } from '../../contracts/json.ts';
import type { Configuration, DiffLine, Target } from '../../contracts/plan.ts';
import type { ChangeTool, ToolContext } from '../../tools/tool.ts';
import { canonical, digestOf } from '../trace/canonical.ts';
import { diffOf } from './diff.ts';
import { targetInForce, type EnvironmentSettings } from './environment.ts';

/** A target at one moment: all of this must be the same at the dry run and right before the change. */
export interface Snapshot {
  readonly target: Target;
  readonly state: Json;
  readonly configuration: Configuration;
}

/** Characters of one value that a plan keeps. A target with 400 security groups must not fill the trace. */
const VALUE_LIMIT = 1000;

const bounded = (value: Configuration[string]): Configuration[string] => {
  const { length } = canonical(value);
  return length <= VALUE_LIMIT ? value : `${length} characters, ${digestOf(value)}`;
};

/** The configuration of a target as a plan keeps it. A value that is too long is kept as its digest. */
export const readConfiguration = async (tool: ChangeTool, input: Json, context: ToolContext): Promise<Configuration> =>
  Object.fromEntries(
    Object.entries(await tool.configuration(input, context)).map(([field, value]) => [field, bounded(value)]),
  );

/** Reads the target as it is now. Throws what the tool throws. */
export const readSnapshot = async (
  tool: ChangeTool,
  input: Json,
  context: ToolContext,
  settings: EnvironmentSettings,
): Promise<Snapshot> => {
  const { target, state } = await tool.describe(input, context);
  const configuration = await readConfiguration(tool, input, context);
  return { target: targetInForce(target, settings), state, configuration };
};

/** SHA-256 over everything in a snapshot. */
export const fingerprintOf = ({ target, state, configuration }: Snapshot): string =>
  digestOf({ target, state, configuration });

/** What differs between two snapshots. */
export interface Movement {
  readonly tags: readonly DiffLine[];
  readonly fields: readonly DiffLine[];
}

/** The tags and the fields that differ. A field in both state and configuration is named once. */
export const movementOf = (before: Snapshot, now: Snapshot): Movement => {
  const flat = ({ target, state, configuration }: Snapshot): Json => ({
    ...target,
    tags: null,
    ...configuration,
    ...(typeof state === 'object' && !Array.isArray(state) ? state : { state }),
  });
  return { tags: diffOf(before.target.tags, now.target.tags), fields: diffOf(flat(before), flat(now)) };
};

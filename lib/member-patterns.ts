import { JsonObject, type Json } from '../lambdas/contracts/json.ts';
import type { Agent } from '../lambdas/contracts/agent.ts';
import { memberEvents, type LiteralEvents } from '../lambdas/kernel/policy/rules/member-events.ts';

/** The events that agents take from members, an entry for each agent that takes any. */
export const eventsFromMembers = (agents: readonly Agent[]): LiteralEvents[] =>
  agents.flatMap(({ takes }) => {
    const found = memberEvents(takes);
    return found.letIn ? [found.events] : [];
  });

/** Why events that an agent takes are not let in from members, a sentence for each such agent. */
export const heldBack = (agents: readonly Agent[]): { readonly agent: string; readonly reason: string }[] =>
  agents.flatMap(({ name, takes }) => {
    const found = memberEvents(takes);
    if (takes === undefined || found.letIn) return [];
    const reason = `The agent ${name} (config/agents/) takes events of this account only, not of the members: ${found.reason}.`;
    return [{ agent: name, reason }];
  });

/**
 * One pattern a source, that matches whatever any agent takes of this source: so an event leaves a member once, however many
 * agents take it. It may match more; the rules of the hub have the agents' own patterns.
 */
export const memberPatterns = (agents: readonly Agent[]): Record<string, JsonObject> => {
  const patterns = agents.flatMap(({ takes }) => {
    const found = memberEvents(takes);
    return takes !== undefined && found.letIn
      ? found.events.sources.map((source) => ({ source, pattern: { ...takes, source: [source] } }))
      : [];
  });
  const sources = [...new Set(patterns.map(({ source }) => source))].toSorted();
  return Object.fromEntries(
    sources.map((source) => {
      const wide = widest(patterns.filter((one) => one.source === source).map(({ pattern }) => pattern));
      return [source, withinLimit(wide)];
    }),
  );
};

/** EventBridge takes patterns of up to 2,048 characters. */
const PATTERN_LENGTH = 2048;

const withinLimit = (pattern: JsonObject): JsonObject => {
  if (JSON.stringify(pattern).length <= PATTERN_LENGTH) return pattern;
  const { source = [], 'detail-type': type } = pattern;
  return { source, ...(type !== undefined && { 'detail-type': type }) };
};

/** The conditions that are in every pattern, each with the alternatives of all of them. */
const widest = ([first = {}, ...others]: readonly JsonObject[]): JsonObject => {
  const fields = Object.keys(first).flatMap((key): [string, Json][] => {
    const values = [first, ...others].map((one) => one[key]);
    const lists = values.filter((value) => Array.isArray(value));
    if (lists.length === values.length) {
      const alternatives = new Map(lists.flat().map((one) => [JSON.stringify(one), one]));
      return [[key, [...alternatives.values()]]];
    }
    const objects = values.flatMap((value) => {
      const object = JsonObject.safeParse(value);
      return object.success ? [object.data] : [];
    });
    const inner = objects.length === values.length ? widest(objects) : {};
    return Object.keys(inner).length === 0 ? [] : [[key, inner]];
  });
  return Object.fromEntries(fields);
};

import type { EventPattern } from '../../../contracts/agent.ts';
import { OWN_SOURCE_PREFIX } from '../../../contracts/schedule.ts';

/** The literal sources and types of the events that an agent takes. `types` undefined: every type of these sources. */
export interface LiteralEvents {
  readonly sources: readonly string[];
  readonly types: readonly string[] | undefined;
}

/** What a pattern lets in from member accounts, or why it lets in nothing. */
export type MemberEvents =
  { readonly letIn: true; readonly events: LiteralEvents } | { readonly letIn: false; readonly reason: string };

/**
 * IAM compares the source of an event and its type as texts, so only a pattern with literal sources can be let in. Events of
 * Checkrein's own sources are never let in: in another account, anybody could have sent them.
 */
export const memberEvents = (pattern: EventPattern | undefined): MemberEvents => {
  if (pattern === undefined) return { letIn: false, reason: 'it takes no events' };
  const sources = textsOf(pattern['source']);
  if (sources === undefined)
    return { letIn: false, reason: 'takes.source is not a list of whole names, such as [aws.codebuild]' };
  const own = sources.find((source) => source.startsWith(OWN_SOURCE_PREFIX));
  if (own !== undefined)
    return { letIn: false, reason: `takes.source has ${own}, and events of Checkrein count only in its own account` };
  return { letIn: true, events: { sources, types: textsOf(pattern['detail-type']) } };
};

/** The alternatives, if each of them is a text to compare with. */
const textsOf = (alternatives: unknown): string[] | undefined => {
  if (!Array.isArray(alternatives)) return undefined;
  const texts = alternatives.filter((one) => typeof one === 'string');
  return texts.length === alternatives.length ? texts : undefined;
};

import * as z from 'zod';
import { Alarm } from './alarm.ts';

/** An account and a Region, as EventBridge names them in the envelope of an event. */
const Location = z.strictObject({ account: z.string(), region: z.string() });

/**
 * What tells Verify that a change helped. `target`: the target stays as the plan predicted for the whole window, and nothing
 * that guards it gets worse. `nothing`: nobody can tell by a machine, so a change that did no harm ends as inconclusive.
 */
export const Healing = z.enum(['target', 'nothing']);

/** What is recorded of a subject that is not an alarm. Title and cause are the sender's words: outside text. */
const Told = {
  /** One line for people. */
  title: z.string(),
  /** What the subject itself says is wrong. A claim; empty if it says nothing. */
  cause: z.string(),
  /** Page of a console about it. Made by code from ids, never taken from the event. */
  link: z.string().nullable(),
  /** Null: nowhere in particular, so Checkrein's own account and Region. */
  location: Location.nullable(),
  healing: Healing,
};

/** What an incident is about, as recorded when it opens. Its detail and deduplication key stand beside it. */
export const RecordedSubject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('alarm'), alarm: Alarm }),
  /** An event of AWS, or one of the team's own. */
  z.strictObject({ kind: z.literal('event'), ...Told, resources: z.array(z.string()) }),
  /** A question of a person. `askedBy` is what the caller claims; `changesAllowed` is what the settings said when it was asked. */
  z.strictObject({
    kind: z.literal('question'),
    ...Told,
    question: z.string(),
    askedBy: z.string(),
    changesAllowed: z.boolean().optional(),
  }),
  /** A run by the clock, as the agent's `every` says. */
  z.strictObject({ kind: z.literal('schedule'), ...Told, every: z.string() }),
]);
export type RecordedSubject = z.infer<typeof RecordedSubject>;

/** What kind of thing an incident is about. */
export const SubjectKind = z.enum(['alarm', 'event', 'question', 'schedule']);

/** Who tells Verify whether a change helped: the state of the alarm, or see `Healing`. */
export type HealedBy = 'alarm' | z.infer<typeof Healing>;

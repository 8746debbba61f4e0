import type { Alarm } from '../../contracts/alarm.ts';
import type { TraceEventOf, Reply } from '../../contracts/events.ts';
import type { Redactor } from '../../kernel/redaction/redactor.ts';
import { suspicionsIn } from '../../kernel/redaction/suspicions.ts';
import { clip, fenceOf } from '../../kernel/redaction/untrusted.ts';

/** Characters of one alarm that the model reads. Twenty of them are a tenth of its evidence. */
const SYMPTOM_CHARACTERS = 1500;

/** What the model reads about an alarm that joined, and what in the text of that alarm looks like an attempt to instruct it. */
export interface Symptom {
  readonly reply: Reply;
  readonly suspicions: readonly string[];
}

/**
 * An alarm that joined an incident, for the next turn of the model: our words, then the alarm's in a fence. Of one that its
 * agent may not be handed, it reads the name alone.
 */
export const symptomOf = (
  { hash }: TraceEventOf<'incident.opened'>,
  alarm: Alarm,
  { says, handed }: { readonly says: string; readonly handed: boolean },
  redactor: Redactor,
): Symptom => {
  const fence = fenceOf(hash);
  const metrics = alarm.metrics.map(
    ({ namespace, name, dimensions, stat, periodSeconds }) =>
      `Metric: ${namespace} ${name} ${JSON.stringify(dimensions)}, ${stat} over ${periodSeconds} s.`,
  );
  const name = `CloudWatch alarm "${alarm.name}", in ALARM since ${alarm.since}.`;
  const told = handed ? [name, ...metrics, alarm.reason] : [name];
  const why = handed ? says : `${says} It is about a namespace that you are not granted, so you read its name only.`;
  const redacted = redactor.text(told.join('\n')).text;
  const quoted = clip(redacted, SYMPTOM_CHARACTERS).replaceAll(fence, '[fence removed]');
  const text = `Another alarm joined this incident. ${why} Take it as a further symptom.\n<${fence}>\n${quoted}\n</${fence}>`;
  return { reply: { toolUseId: null, text, isError: false }, suspicions: suspicionsIn(redacted) };
};

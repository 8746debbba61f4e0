import type { Alarm } from '../../contracts/alarm.ts';
import type { TraceEventOf, Reply } from '../../contracts/events.ts';
import type { Redactor } from '../../kernel/redaction/redactor.ts';
import { clip, fenceOf } from '../../kernel/redaction/untrusted.ts';

/** Characters of one alarm that the model reads. Twenty of them are a tenth of its evidence. */
const SYMPTOM_CHARACTERS = 1500;

/** What the model reads at its next turn about an alarm that joined its incident: our words, then the alarm's in a fence. */
export const symptomReply = (
  { hash }: TraceEventOf<'incident.opened'>,
  alarm: Alarm,
  says: string,
  redactor: Redactor,
): Reply => {
  const fence = fenceOf(hash);
  const metrics = alarm.metrics.map(
    ({ namespace, name, dimensions, stat, periodSeconds }) =>
      `Metric: ${namespace} ${name} ${JSON.stringify(dimensions)}, ${stat} over ${periodSeconds} s.`,
  );
  const told = [`CloudWatch alarm "${alarm.name}", in ALARM since ${alarm.since}.`, ...metrics, alarm.reason];
  const quoted = clip(redactor.text(told.join('\n')).text, SYMPTOM_CHARACTERS).replaceAll(fence, '[fence removed]');
  const text = `Another alarm joined this incident. ${says} Take it as a further symptom.\n<${fence}>\n${quoted}\n</${fence}>`;
  return { toolUseId: null, text, isError: false };
};

import * as z from 'zod';
import { isTraceEvent } from '../lambdas/contracts/events.ts';
import { parseJson } from '../lambdas/contracts/json.ts';

/** What a file is that somebody took for an event, and what to do instead. */
interface OtherFile {
  readonly is: string;
  readonly expected: string;
}

const ONE = 'one EventBridge event, as one JSON object in a file of its own';

const SnsMessage = z.looseObject({ Type: z.literal('Notification'), TopicArn: z.string() });
const SnsRecords = z.looseObject({ Records: z.array(z.looseObject({ Sns: z.looseObject({}) })).min(1) });
const LambdaAction = z.looseObject({ alarmArn: z.string(), alarmData: z.looseObject({}) });

/** Recognizes what is kept in files beside events. Undefined: it may be an event. */
export const otherThanEvent = (text: string): OtherFile | undefined => {
  const [first, second] = text.split('\n').filter((line) => line.trim() !== '');
  const line = parseJson(first ?? '');
  if (isTraceEvent(line))
    return {
      is: `this is the trace of incident ${line.incident}, not an event`,
      expected: `${ONE}; a trace is read by \`checkrein trace show\``,
    };
  const whole = parseJson(text);
  if (whole === undefined && line !== undefined && second !== undefined && parseJson(second) !== undefined)
    return { is: 'these are several values, one a line', expected: ONE };
  if (Array.isArray(whole)) return { is: `this is a list of ${whole.length}`, expected: ONE };
  if (SnsMessage.safeParse(whole).success || SnsRecords.safeParse(whole).success)
    return {
      is: 'this is a message of SNS, not an event of EventBridge',
      expected: `${ONE}; an alarm sends EventBridge its event by itself, without a topic`,
    };
  if (LambdaAction.safeParse(whole).success)
    return {
      is: 'this is what an alarm sends to a function as its action, not an event of EventBridge',
      expected: `${ONE}, with detail-type CloudWatch Alarm State Change`,
    };
  return undefined;
};

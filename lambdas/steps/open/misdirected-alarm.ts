import * as z from 'zod';
import { parseJson } from '../../contracts/json.ts';

const Notification = z.looseObject({ AlarmName: z.string(), NewStateValue: z.string() });
const LambdaAction = z.looseObject({
  source: z.literal('aws.cloudwatch'),
  alarmArn: z.string(),
  alarmData: z.looseObject({ alarmName: z.string().optional() }),
});
/** The ways in which SNS wraps a notification: for Lambda, and for a queue or a web address. */
const Records = z.looseObject({ Records: z.tuple([z.looseObject({ Sns: z.looseObject({ Message: z.string() }) })]) });
const Message = z.looseObject({ Type: z.literal('Notification'), Message: z.string() });
const BusEventOf = z.looseObject({ detail: z.unknown() });

const ADVICE =
  'CloudWatch puts an event of its own on the default event bus of the account at every change of state, and the rules of ' +
  'Checkrein take that one without any action on the alarm. Remove what sent this. To play an alarm again, send the event ' +
  'whose detail-type is CloudWatch Alarm State Change.';

/**
 * Why an alarm that took another way than EventBridge is not taken: as a notification of SNS, or as the input of a Lambda
 * action. Undefined for anything else. It knows such an alarm also as the detail of an event of the team's own.
 */
export const misdirectedAlarm = (raw: unknown): string | undefined => {
  const event = BusEventOf.safeParse(raw);
  const candidates = event.success ? [raw, event.data.detail] : [raw];
  for (const one of candidates) {
    const action = LambdaAction.safeParse(one);
    if (action.success) {
      const name = named(action.data.alarmData.alarmName ?? action.data.alarmArn);
      return `This is the input that the CloudWatch alarm ${name} gives to a Lambda function as its action. ${ADVICE}`;
    }
    const notification = Notification.safeParse(unwrapped(one));
    if (notification.success)
      return `This is the SNS notification of the CloudWatch alarm ${named(notification.data.AlarmName)}. ${ADVICE}`;
  }
  return undefined;
};

const named = (name: string): string => JSON.stringify(name.slice(0, 255).toWellFormed());

const unwrapped = (value: unknown): unknown => {
  const records = Records.safeParse(value);
  if (records.success) return parseJson(records.data.Records[0].Sns.Message);
  const message = Message.safeParse(value);
  return message.success ? parseJson(message.data.Message) : value;
};

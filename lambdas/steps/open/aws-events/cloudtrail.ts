import * as z from 'zod';
import { consolePage } from './console-page.ts';
import { eventType, type EventType } from './event-type.ts';

const Detail = z.looseObject({
  eventSource: z.string().min(1),
  eventName: z.string().min(1),
  eventID: z.string().min(1),
  errorCode: z.string().optional(),
  errorMessage: z.string().optional(),
});

/** An API call or an event of a service, as CloudTrail puts it on the bus for any source. EKS sends no other events. */
export const cloudTrail = (source: string): EventType =>
  eventType(
    source,
    ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail', 'AWS Console Sign In via CloudTrail'],
    Detail,
    ({ eventSource, eventName, eventID, errorCode, errorMessage }, { region }) => ({
      title: `${eventSource.replace('.amazonaws.com', '')}: ${eventName}${errorCode === undefined ? '' : ` failed (${errorCode})`}`,
      cause: errorMessage ?? '',
      link: consolePage(region)`cloudtrailv2/home?region=${region}#/events/${eventID}`,
      key: ['cloudtrail', eventID],
    }),
  );

import * as z from 'zod';
import { globalPage } from './console-page.ts';
import { eventType } from './event-type.ts';

const Detail = z.looseObject({
  eventArn: z.string().min(1),
  service: z.string().default('AWS'),
  eventTypeCode: z.string().default('event'),
  statusCode: z.string().optional(),
  eventDescription: z
    .array(z.looseObject({ language: z.string().optional(), latestDescription: z.string().default('') }))
    .default([]),
});

/** An event of AWS Health. Every update of one `eventArn` is about the same subject; a long one comes in pages. */
export const HEALTH = eventType(
  'aws.health',
  ['AWS Health Event', 'AWS Health Abuse Event'],
  Detail,
  ({ eventArn, service, eventTypeCode, statusCode, eventDescription }) => {
    const english = eventDescription.find((one) => one.language?.startsWith('en') ?? true) ?? eventDescription[0];
    return {
      title: `${service}: ${eventTypeCode}${statusCode === undefined ? '' : ` (${statusCode})`}`,
      cause: english?.latestDescription ?? '',
      link: globalPage`health.aws.amazon.com/health/home#/event-log?eventID=${eventArn}`,
      key: ['health', eventArn],
    };
  },
);

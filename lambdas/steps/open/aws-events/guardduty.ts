import * as z from 'zod';
import { consolePage } from './console-page.ts';
import { eventType } from './event-type.ts';

const Detail = z.looseObject({
  id: z.string().min(1),
  type: z.string(),
  severity: z.number().optional(),
  title: z.string().default(''),
  description: z.string().default(''),
});

/** A finding. GuardDuty sends it again with the same id when it sees the same thing again. */
export const GUARDDUTY = eventType(
  'aws.guardduty',
  ['GuardDuty Finding'],
  Detail,
  ({ id, type, severity, title, description }, { region }) => ({
    title: `${type}${severity === undefined ? '' : ` (severity ${severity})`}`,
    cause: description === '' ? title : description,
    link: consolePage(region)`guardduty/home?region=${region}#/findings?macros=current&fId=${id}`,
    key: ['finding', id],
  }),
);

import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Settings } from '../lambdas/contracts/settings.ts';

/** Permission to read the state of the change calendars that the settings name. The team creates them, not this stack. */
export const calendarReads = ({ changeCalendars }: Settings): PolicyStatement[] =>
  changeCalendars.length === 0
    ? []
    : [new PolicyStatement({ actions: ['ssm:GetCalendarState'], resources: changeCalendars.map(arnOf) })];

const arnOf = (calendar: string): string =>
  calendar.startsWith('arn:')
    ? calendar
    : `arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:document/${calendar}`;

import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Settings } from '../lambdas/contracts/settings.ts';

/** Lets a function ask whether the team's change calendars are open. They are the team's own: nothing of them is made here. */
export const readsOfCalendars = ({ changeCalendars }: Settings): PolicyStatement[] =>
  changeCalendars.length === 0
    ? []
    : [new PolicyStatement({ actions: ['ssm:GetCalendarState'], resources: changeCalendars.map(arnOf) })];

const arnOf = (calendar: string): string =>
  calendar.startsWith('arn:')
    ? calendar
    : `arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:document/${calendar}`;

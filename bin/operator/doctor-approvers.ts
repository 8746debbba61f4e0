import type { Settings } from '../../lambdas/contracts/settings.ts';
import type { Deployment } from './deployment.ts';
import { fail, ok, warn, type DoctorAws, type DoctorVerdict } from './doctor-finding.ts';

/** Whether approvers receive what is sent to them: requests, without which nothing is approved, and reports. */
export const checkApprovers = async (
  aws: DoctorAws,
  { ApproversTopic, ReportsTopic }: Pick<Deployment, 'ApproversTopic' | 'ReportsTopic'>,
  expected: Settings['approvers'],
): Promise<DoctorVerdict> => {
  const emails = expected.map(({ contacts }) => contacts.email);
  const requests = await unreachableOf(aws, ApproversTopic, emails);
  const reports = ReportsTopic === undefined ? requests : await unreachableOf(aws, ReportsTopic, emails);
  if (requests.all.length === 0 && reports.all.length === 0)
    return ok(`All ${String(emails.length)} approvers have confirmed both subscriptions: requests and reports.`);
  const nobody = requests.all.length === emails.length;
  const says = [
    ...saysOf('requests', requests),
    ...saysOf('reports', reports),
    ...(nobody ? ['Every approval would expire.'] : []),
  ].join(' ');
  const gone = [...new Set([...requests.gone, ...reports.gone])];
  const todo = [
    ...(requests.pending.length + reports.pending.length > 0
      ? [
          `Within 48 hours: npx checkrein subscribe confirm '…' with the link in the mail "AWS Notification - Subscription Confirmation".`,
        ]
      : []),
    ...(gone.length > 0 ? [`Deploy once without ${gone.join(', ')} in deployment.ts, then once with it.`] : []),
  ].join(' ');
  return nobody ? fail(says, todo) : warn(says, todo);
};

/** Those of the addresses that get nothing of a topic. */
const unreachableOf = async (aws: DoctorAws, topic: string, emails: readonly string[]) => {
  const subscriptions = await aws.subscriptions(topic);
  const subscribed = new Set(subscriptions.map(({ email }) => email));
  const confirmed = new Set(subscriptions.flatMap((one) => (one.confirmed ? [one.email] : [])));
  const all = emails.filter((email) => !confirmed.has(email));
  const pending = all.filter((email) => subscribed.has(email));
  return { all, pending, gone: all.filter((email) => !subscribed.has(email)) };
};

const saysOf = (what: string, { all, pending, gone }: Awaited<ReturnType<typeof unreachableOf>>): string[] =>
  all.length === 0
    ? []
    : [
        `SNS sends no ${what} to ${all.join(', ')}:`,
        ...(pending.length > 0 ? [`the subscription of ${pending.join(', ')} is not confirmed.`] : []),
        ...(gone.length > 0 ? [`there is no subscription of ${gone.join(', ')}.`] : []),
      ];

import * as z from 'zod';
import type { Rules } from '../../contracts/rules.ts';
import type { Approver } from '../../contracts/approver.ts';

/** What Lambda adds to a request of a function URL that it let in by IAM. Nothing that the caller sends ends up here. */
const Authorized = z.object({
  requestContext: z.object({
    authorizer: z.object({ iam: z.object({ userArn: z.string(), accountId: z.string() }) }),
  }),
});

/** The ARN of whoever signed the request. Undefined if the event does not say so beyond doubt. */
export const callerOf = (event: unknown): string | undefined => {
  const read = Authorized.safeParse(event);
  if (!read.success) return undefined;
  const { userArn, accountId } = read.data.requestContext.authorizer.iam;
  return userArn.split(':')[4] === accountId ? userArn : undefined;
};

/** The approver with exactly this identity: no wildcard, no pattern, no part of an ARN. */
export const approverWith = (arn: string, { settings }: Pick<Rules, 'settings'>): Approver | undefined => {
  const [found, ...more] = settings.approvers.filter(({ contacts }) => contacts.iam === arn);
  return more.length === 0 ? found : undefined;
};

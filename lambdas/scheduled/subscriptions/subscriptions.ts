import { CheckreinError } from '../../contracts/errors.ts';
import type { MailSubscriptions } from '../../contracts/ports.ts';
import type { Approver } from '../../contracts/approver.ts';

export interface SubscriptionPorts {
  readonly subscriptions: MailSubscriptions;
  readonly approvers: readonly Approver[];
  /** The topics that every approver must be subscribed to, by what they carry. */
  readonly topics: Readonly<Record<'approvals' | 'reports', string>>;
}

/** Somebody who must be reached is not. Throwing it is what raises the alarm. */
class ApproversUnreachable extends CheckreinError {
  constructor(says: readonly string[]) {
    super(
      'ApproversUnreachable',
      says.join(' '),
      'See "Lost subscriptions" in docs/operator-runbook.md; `checkrein doctor` shows the same.',
    );
  }
}

const problemsOf = async (
  { subscriptions, approvers }: SubscriptionPorts,
  [what, topic]: readonly [string, string],
): Promise<string[]> => {
  const all = await subscriptions(topic);
  return approvers.flatMap(({ contacts: { email } }) => {
    const own = all.filter((one) => one.email === email);
    if (own.some(({ confirmed }) => confirmed)) return [];
    const why = own.length > 0 ? 'is not confirmed, or SNS suspended it' : 'is gone';
    return [`${email} gets no ${what}: the subscription ${why}.`];
  });
};

/** Throws, which raises the alarm, unless every approver has a confirmed subscription of each topic. */
export const checkSubscriptions = async (ports: SubscriptionPorts): Promise<{ confirmed: number }> => {
  const problems: string[] = [];
  for (const topic of Object.entries(ports.topics)) problems.push(...(await problemsOf(ports, topic)));
  if (problems.length > 0) throw new ApproversUnreachable(problems);
  return { confirmed: ports.approvers.length };
};

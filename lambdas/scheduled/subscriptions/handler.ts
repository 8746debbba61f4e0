import { snsMailSubscriptions } from '../../adapters/aws/mail-subscriptions.ts';
import { lambda } from '../../runtime/serve.ts';
import { assertScheduled } from '../scheduled-event.ts';
import { checkSubscriptions } from './subscriptions.ts';

export const handler = lambda(
  'subscriptions',
  ({ env, rules }) => ({
    subscriptions: snsMailSubscriptions(),
    approvers: rules.settings.approvers,
    topics: { approvals: env('topic'), reports: env('reportsTopic') },
  }),
  (event, ports) => {
    assertScheduled(event);
    return checkSubscriptions(ports);
  },
);

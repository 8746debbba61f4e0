import type { SettingsInput } from '../../lambdas/contracts/settings.ts';

export const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555';
export const BOUNDARY = 'arn:aws:iam::123456789012:policy/boundary';
export const network = { vpcId: 'vpc-0a1b2c3d', subnetIds: ['subnet-0a', 'subnet-0b'] };
/** Settings that use every option of the stack. */
export const EVERY_OPTION = {
  encryptionKeyArn: KEY,
  network,
  permissionsBoundaryArn: BOUNDARY,
  tags: { team: 'platform' },
};
export const NOTIFIER_TOPIC = 'arn:aws:sns:eu-west-1:123456789012:ops';
/** A notifier of every kind. */
export const EVERY_NOTIFIER: NonNullable<SettingsInput['notifiers']> = [
  { name: 'ops', kind: 'slack', secret: 'checkrein/slack', keyArn: KEY },
  { name: 'portal', kind: 'webhook', url: 'https://portal.example.com/hooks', secret: 'checkrein/portal' },
  { name: 'pager', kind: 'pagerduty', secret: 'checkrein/pagerduty' },
  { name: 'team', kind: 'chat', topicArn: NOTIFIER_TOPIC },
  { name: 'bus', kind: 'topic', topicArn: NOTIFIER_TOPIC },
];

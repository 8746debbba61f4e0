import { SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { confirmAuthenticated, contentOf, readConfirmationLink } from '../../bin/operator/subscribe.ts';
import { switchReason } from '../../bin/operator/switch.ts';
import { DoctorAccount } from '../fakes/doctor-account.ts';
import { FakeAws } from '../fakes/fake-aws.ts';
import { shippedRules } from '../lib/shipped.ts';

describe('checkrein switch', () => {
  test('off never needs a reason, so what a mail prints can be typed as it stands', () => {
    expect(switchReason('off', undefined)).toBe('no reason given');
    expect(switchReason('off', 'bad')).toBe('bad');
  });

  test('to start again needs one', () => {
    expect(() => switchReason('on', undefined)).toThrow('--reason: not given');
    expect(() => switchReason('propose-only', 'x')).toThrow('is too short');
  });
});

describe('checkrein subscribe confirm', () => {
  const { deployment } = new DoctorAccount(shippedRules());
  const link = (topic: string) =>
    `https://sns.eu-west-1.amazonaws.com/confirmation.html?TopicArn=${topic}&Token=2336412f37&Endpoint=sre@example.com`;

  test('the confirmation is signed and asks that only this account may end the subscription', async () => {
    const aws = new FakeAws({
      status: 200,
      body: '<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>arn:aws:sns:s</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>',
    });
    const confirmation = readConfirmationLink(link(deployment.ApproversTopic));
    expect(await confirmAuthenticated(confirmation, new SNSClient(aws.connection))).toBe('arn:aws:sns:s');
    expect(Object.fromEntries(new URLSearchParams(aws.request.body))).toMatchObject({
      Action: 'ConfirmSubscription',
      TopicArn: deployment.ApproversTopic,
      Token: '2336412f37',
      AuthenticateOnUnsubscribe: 'true',
    });
    expect(aws.request.headers['authorization']).toContain('AWS4-HMAC-SHA256');
  });

  test('a link to a topic of somebody else is refused', () => {
    expect(contentOf(deployment.ApproversTopic, deployment)).toBe('approvals');
    expect(contentOf(deployment.ReportsTopic ?? '', deployment)).toBe('reports');
    expect(() => contentOf('arn:aws:sns:eu-west-1:666666666666:trap', deployment)).toThrow(
      'arn:aws:sns:eu-west-1:666666666666:trap is not a topic of this stack',
    );
  });

  test.each(['2336412f37', 'https://sns.eu-west-1.amazonaws.com/confirmation.html?TopicArn=arn:x', 'Token=1'])(
    'what is not the link of such a mail is refused in words: %s',
    (text) => {
      expect(() => readConfirmationLink(text)).toThrow('it names no topic or has no token');
    },
  );
});

import { describe, expect, test } from 'vitest';
import { MomentKind } from '../../../lambdas/contracts/moment.ts';
import { Notifiers } from '../../../lambdas/contracts/notifiers.ts';
import { isPublicAddress, mayBePublicName } from '../../../lambdas/contracts/public-address.ts';
import { Settings } from '../../../lambdas/contracts/settings.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:ops';
const approvers = [{ email: 'ana@example.com', name: 'Ana', roles: ['sre'] }];

const problemsOf = (...notifiers: readonly object[]): string => {
  const parsed = Settings.safeParse({ approvers, notifiers });
  return parsed.success
    ? ''
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
};

describe('a notifier in settings', () => {
  test('is one line, and hears of what suits its kind', () => {
    const all = Notifiers.parse([
      { name: 'ops', kind: 'slack', secret: 'checkrein/slack' },
      { name: 'portal', kind: 'webhook', url: 'https://portal.example.com/hooks', secret: 'checkrein/portal' },
      { name: 'pager', kind: 'pagerduty', secret: 'checkrein/pagerduty' },
      { name: 'team', kind: 'chat', topicArn: TOPIC },
      { name: 'bus', kind: 'topic', topicArn: TOPIC },
    ]);
    const [slack, webhook, pager, chat, topic] = all.map(({ moments }) => moments);
    expect(slack).toEqual(chat);
    expect(slack).not.toContain('incident.joined');
    expect(slack).not.toContain('change.proposed');
    expect(webhook).toEqual(MomentKind.options);
    expect(topic).toEqual(MomentKind.options);
    expect(pager).toEqual([
      'approval.asked',
      'approval.reminded',
      'approval.escalated',
      'approval.decided',
      'change.applied',
      'change.rolled-back',
      'incident.closed',
    ]);
    expect(Notifiers.parse(all)).toEqual(all);
  });

  test.each<[string, object, string]>([
    [
      'the URL of a Slack webhook in clear',
      { kind: 'slack', secret: 'https://hooks.slack.com/services/T0/B0/x' },
      'the name or the whole ARN of a secret',
    ],
    [
      'a routing key in clear',
      { kind: 'pagerduty', secret: '0123456789abcdef0123456789abcdef' },
      'not the routing key itself',
    ],
    [
      'a webhook without TLS',
      { kind: 'webhook', url: 'http://example.com/x', secret: 's' },
      'the https URL of the receiver',
    ],
    ['a webhook with a user', { kind: 'webhook', url: 'https://a:b@example.com/x', secret: 's' }, 'without a user'],
    [
      'a webhook with a token in the query',
      { kind: 'webhook', url: 'https://example.com/x?token=1', secret: 's' },
      'without a user, a query',
    ],
    [
      'a pager that hears of openings',
      { kind: 'pagerduty', secret: 's', moments: ['incident.opened'] },
      'a pager is told who must decide',
    ],
    [
      'a page that nothing resolves',
      { kind: 'pagerduty', secret: 's', moments: ['approval.asked'] },
      'or nothing would ever resolve the page',
    ],
    ['a notifier that hears nothing', { kind: 'topic', topicArn: TOPIC, moments: [] }, 'at least one kind of moment'],
    [
      'a kind twice',
      { kind: 'topic', topicArn: TOPIC, moments: ['incident.opened', 'incident.opened'] },
      'every kind once',
    ],
    [
      'a kind that does not exist',
      { kind: 'topic', topicArn: TOPIC, moments: ['incident.exploded'] },
      'Invalid option',
    ],
    [
      'a topic of another service',
      { kind: 'topic', topicArn: 'arn:aws:sqs:eu-west-1:123456789012:ops' },
      'arn:aws:sns:',
    ],
    ['another kind', { kind: 'teams', secret: 's' }, "'slack', 'webhook', 'pagerduty', 'chat' or 'topic'"],
    ['a name with markup', { kind: 'topic', name: 'ops<!channel>', topicArn: TOPIC }, 'lower-case letters'],
  ])('%s is refused in words', (_, notifier, says) => {
    expect(problemsOf({ name: 'ops', ...notifier })).toContain(says);
  });

  test('two of one name, and more than one alarm can watch, are refused in words', () => {
    const topic = (name: string) => ({ name, kind: 'topic', topicArn: TOPIC });
    expect(problemsOf(topic('ops'), topic('ops'))).toContain('every name once');
    expect(problemsOf(...Array.from({ length: 11 }, (_, n) => topic(`n${n}`)))).toContain('at most ten notifiers');
  });

  test.each([
    'https://127.0.0.1/x',
    'https://2130706433/x',
    'https://0x7f.1/x',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.8/x',
    'https://100.64.0.1/x',
    'https://[::1]/x',
    'https://[::ffff:169.254.169.254]/x',
    'https://[fd00:ec2::254]/x',
    'https://localhost/x',
    'https://hooks.localhost/x',
    'https://metadata.google.internal/x',
    'https://instance-data.ec2.internal/x',
    'https://portal/x',
    'https://portal.local/x',
    'https://8.8.8.8/x',
    'https://example.com\\@169.254.169.254/x',
    'https://example.com@127.0.0.1/',
  ])('a webhook at %s is refused at synth', (url) => {
    expect(problemsOf({ name: 'x', kind: 'webhook', url, secret: 's' })).not.toBe('');
  });

  test('a webhook may be on another port, if its URL says so', () => {
    expect(problemsOf({ name: 'x', kind: 'webhook', url: 'https://hooks.example.com:8443/x', secret: 's' })).toBe('');
  });
});

describe('an address', () => {
  test.each(['93.184.216.34', '8.8.8.8', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2600:1f18::1', '2a05:d018::5'])(
    '%s is one of the public Internet',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.9',
    '224.0.0.1',
    '239.1.1.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    'fc00::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:a9fe:a9fe::',
    '3fff::1',
    '',
    'localhost',
    '256.1.1.1',
    '1.2.3',
    '2600',
    'x:y',
  ])('%s is none', (address) => expect(isPublicAddress(address)).toBe(false));

  test('a name of a private network is none of the Internet', () => {
    for (const name of ['localhost', 'a.localhost', 'db.internal', 'x.local', 'box', 'x.home.arpa', '127.1', '[::1]'])
      expect([name, mayBePublicName(name)]).toEqual([name, false]);
    for (const name of ['example.com', 'hooks.slack.com', 'local.example.com'])
      expect(mayBePublicName(name)).toBe(true);
  });
});

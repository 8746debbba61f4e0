import { expect, test } from 'vitest';
import { Moment, type MomentKind } from '../../lambdas/contracts/moment.ts';
import { parseJson } from '../../lambdas/contracts/json.ts';
import { Settings } from '../../lambdas/contracts/settings.ts';
import { lastOf } from '../../lambdas/kernel/trace/queries.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { ANA, approvalDesk } from '../fixtures/approval-desk.ts';
import { momentOf } from '../fixtures/moments.ts';
import { shippedRules } from '../lib/shipped.ts';
import { Bus } from './bus.ts';
import { PagerDuty, ROUTING_KEY } from './pagerduty.ts';
import { SlackServer, wordsOf } from './slack-server.ts';
import { PresetSecret, toSlack, toWebhook } from './telling.ts';
import { KEY, WEBHOOK_URL, WebhookServer } from './webhook-server.ts';
import { SLACK_URL } from './slack-server.ts';

const shipped = shippedRules();
const notifiers = [
  { name: 'ops', kind: 'slack', secret: 'checkrein/slack' },
  { name: 'portal', kind: 'webhook', url: WEBHOOK_URL, secret: 'checkrein/portal' },
  { name: 'pager', kind: 'pagerduty', secret: 'checkrein/pagerduty' },
  { name: 'bus', kind: 'topic', topicArn: 'arn:aws:sns:eu-west-1:123456789012:ops' },
];
const { template } = synthesize({ ...shipped, settings: Settings.parse({ ...shipped.settings, notifiers }) });

const KINDS = ['slack', 'pagerduty', 'topic', 'webhook'] as const;
type Kind = (typeof KINDS)[number];

/** The queue before a function of ours: keeps what the function does not take. */
const queueBefore = (batch: (event: unknown) => Promise<string[]>) => {
  let messages: { messageId: string; body: string }[] = [];
  let count = 0;
  const drain = async (): Promise<void> => {
    const left = new Set(await batch({ Records: messages }));
    messages = messages.filter(({ messageId }) => left.has(messageId));
  };
  const send = async (body: string): Promise<boolean> => {
    count += 1;
    messages.push({ messageId: String(count), body });
    await drain();
    return true;
  };
  return { send, drain };
};

/** A deployment with all four notifiers, and the desk where people decide. */
const deployment = async () => {
  const desk = approvalDesk();
  const slack = await new SlackServer().start();
  const webhook = await new WebhookServer().start();
  const pagerduty = new PagerDuty();
  const topic: Moment[] = [];
  const down = new Set<Kind>();
  const toOps = queueBefore(toSlack(slack, new PresetSecret(SLACK_URL), desk.clock).batch);
  const toPortal = queueBefore(toWebhook(webhook, new PresetSecret(KEY), desk.clock).batch);
  const bus = new Bus(template, desk.clock, async (input, target) => {
    webhook.now = desk.clock.now().getTime();
    if (target.includes('Notifiersops')) return toOps.send(input);
    if (target.includes('Notifiersportal')) return toPortal.send(input);
    if (target.includes('arn:aws:sns')) {
      if (!down.has('topic')) topic.push(Moment.parse(parseJson(input)));
      return !down.has('topic');
    }
    const url = target.includes('Changes') ? 'https://x/v2/change/enqueue' : 'https://x/v2/enqueue';
    return pagerduty.take(url, input.replace('{', `{"routing_key": "${ROUTING_KEY}", `)) === 202;
  });
  const set = (failing: readonly Kind[]): void => {
    down.clear();
    for (const kind of failing) down.add(kind);
    // With SNS down, the mails of approvers are not sent either.
    desk.notifier.failing = down.has('topic');
    pagerduty.down = down.has('pagerduty');
    slack.down = down.has('slack') ? { status: 500 } : undefined;
    webhook.down = down.has('webhook') ? 'hangs up' : undefined;
  };
  const retry = async (): Promise<void> => {
    webhook.now = desk.clock.now().getTime();
    await toOps.drain();
    await toPortal.drain();
    await bus.retry();
  };
  const stop = async (): Promise<void> => {
    await slack[Symbol.asyncDispose]();
    await webhook[Symbol.asyncDispose]();
  };
  return { desk, slack, webhook, pagerduty, topic, bus, set, retry, [Symbol.asyncDispose]: stop };
};

/** Moments of the question that the desk asked. */
const momentsOf = async (desk: ReturnType<typeof approvalDesk>) => {
  const { approvalId = '', expiresAt = '' } = lastOf(await desk.trace(), 'approval.asked')?.data ?? {};
  let seq = 0;
  return (kind: MomentKind, more: object = {}): Moment =>
    momentOf(kind, {
      seq: (seq += 1),
      approvalId,
      ...(kind.startsWith('approval.') && kind !== 'approval.decided' && { expiresAt }),
      ...more,
    });
};

const combinations: Kind[][] = Array.from({ length: 15 }, (_, n) =>
  KINDS.filter((_kind, bit) => ((n + 1) >> bit) % 2 === 1),
);

test.each(combinations.map((failing) => [failing.join(', '), failing] as const))(
  'with %s failing, the decision is taken, everybody hears of it in the end, and nobody is paged twice',
  async (_, failing) => {
    await using made = await deployment();
    const { desk, slack, webhook, pagerduty, topic, bus, set, retry } = made;
    set(failing.filter((kind) => kind !== 'topic'));
    await desk.openQuestion('inc-1');
    set(failing);
    const moment = await momentsOf(desk);
    const asked = moment('approval.asked');
    await bus.put(asked);
    // EventBridge delivers at least once.
    await bus.put(asked);
    await bus.put(moment('approval.reminded'));
    await retry();
    const { text } = await desk.answer(ANA, 'approve', 'Customers get 504s.');
    expect(text).toContain('Approved');
    expect(desk.callbacks.resumed).toHaveLength(1);
    expect(lastOf(await desk.trace(), 'approval.closed')?.data.outcome).toBe('granted');
    expect(desk.callbacks.resumed.map(({ output }) => output.next)).toEqual(['apply']);
    set([]);
    await retry();
    await bus.put(moment('approval.decided'));
    await bus.put(moment('change.applied'));
    await bus.put(moment('incident.closed'));
    await retry();
    expect(pagerduty.pages).toHaveLength(1);
    expect([...pagerduty.open]).toEqual([]);
    expect(pagerduty.changes).toHaveLength(1);
    expect(bus.lost).toEqual([]);
    const kinds = ['approval.asked', 'approval.reminded', 'approval.decided', 'change.applied', 'incident.closed'];
    expect(webhook.taken.map((one) => one.moment).toSorted()).toEqual(kinds.toSorted());
    expect(new Set(topic.map((one) => one.moment))).toEqual(new Set(kinds));
    expect(slack.posted.map((one) => wordsOf(one).split('\n')[0]).toSorted()).toEqual(
      [
        'Approval needed',
        'Approved',
        'Change applied',
        'Incident closed: healed',
        'Reminder: approval needed',
      ].toSorted(),
    );
  },
);

test.each(combinations.map((failing) => [failing.join(', '), failing] as const))(
  'with %s failing until the question expired, no late request is sent and no late approval counts',
  async (_, failing) => {
    await using made = await deployment();
    const { desk, slack, webhook, pagerduty, bus, set, retry } = made;
    await desk.openQuestion('inc-1');
    set(failing);
    const moment = await momentsOf(desk);
    await bus.put(moment('approval.asked'));
    await retry();
    const before = { slack: slack.posted.length, webhook: webhook.taken.length, pages: pagerduty.pages.length };
    desk.clock.advance(61);
    set([]);
    await retry();
    expect({ slack: slack.posted.length, webhook: webhook.taken.length, pages: pagerduty.pages.length }).toEqual(
      before,
    );
    await desk.answer(ANA, 'approve', 'Customers get 504s.');
    expect(desk.callbacks.resumed).toEqual([]);
    await bus.put(moment('approval.decided', { outcome: 'expired', by: [] }));
    expect([...pagerduty.open]).toEqual([]);
    expect(webhook.taken.at(-1)?.moment).toBe('approval.decided');
  },
);

test('PagerDuty never gets a key but ours, and no text from outside becomes more than a text', async () => {
  await using made = await deployment();
  const { desk, pagerduty, bus } = made;
  await desk.openQuestion('inc-1');
  const moment = await momentsOf(desk);
  const hostile = '"}, "event_action": "resolve", "dedup_key": "somebody-else", "x": {"';
  pagerduty.open.set('somebody-else', { severity: 'critical', summary: 'The disk of another team is full.' });
  await bus.put(moment('approval.asked', { says: hostile, change: { heading: hostile } }));
  expect(pagerduty.pages).toEqual([hostile]);
  await bus.put(moment('approval.decided'));
  await bus.put(moment('incident.closed'));
  expect([...pagerduty.open.keys()]).toEqual(['somebody-else']);
});

test('an incident that closes while its question waits resolves the page, and one without a question resolves nothing', async () => {
  await using made = await deployment();
  const { desk, pagerduty, bus } = made;
  await desk.openQuestion('inc-1');
  const moment = await momentsOf(desk);
  for (const [kind, severity] of [
    ['approval.asked', 'warning'],
    ['approval.reminded', 'error'],
    ['approval.escalated', 'critical'],
  ] as const) {
    await bus.put(moment(kind));
    expect([...pagerduty.open.values()].map((one) => one.severity)).toEqual([severity]);
  }
  expect(pagerduty.pages).toHaveLength(1);
  await bus.put(moment('incident.closed', { approvalId: null }));
  expect(pagerduty.open.size).toBe(1);
  await bus.put(moment('incident.closed', { outcome: 'failed' }));
  expect(pagerduty.open.size).toBe(0);
});

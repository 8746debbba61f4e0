import { expect, test } from 'vitest';
import type { Moment } from '../../lambdas/contracts/moment.ts';
import { momentOf, PAGE } from '../fixtures/moments.ts';
import { SlackServer, wordsOf } from './slack-server.ts';
import { RecordedTopic, toChat, toSlack } from './telling.ts';

const LONG = 'word '.repeat(200).trim();

/** Requests of as many incidents, which came at once. */
const requests = (count: number, some: object = {}): Moment[] =>
  Array.from({ length: count }, (_, n) =>
    momentOf('approval.asked', {
      incidentId: `inc-${n}`,
      approvalId: `approval-${n}`,
      page: `${PAGE}-${n}.`,
      says: `Request ${n}.`,
      ...some,
    }),
  );

test('a chat gets the link of a request, however long the texts about the change are', async () => {
  const topic = new RecordedTopic();
  const change = { cost: LONG, disruption: LONG, rollback: LONG };
  await toChat(topic).tell(momentOf('approval.asked', { says: LONG, change }));
  await toChat(topic).tell(
    ...requests(1, { approvers: Array.from({ length: 200 }, (_, n) => `person-${n}@example.com`) }),
  );
  expect(topic.published[0]).toContain(PAGE);
  expect(topic.published[1]).toContain(`${PAGE}-0.`);
  for (const text of topic.published) {
    expect(text.length).toBeLessThan(5000);
    expect(text).toContain('The rest is on the page and on the trace');
  }
});

test('many requests at once keep each their own words and link in a chat, in as many messages as it takes', async () => {
  const topic = new RecordedTopic();
  expect(await toChat(topic).tell(...requests(50))).toEqual([]);
  const all = topic.published.join('\n');
  for (let n = 0; n < 50; n += 1) {
    expect(all).toContain(`Request ${n}.`);
    expect(all).toContain(`${PAGE}-${n}.`);
  }
  expect(topic.published.length).toBeGreaterThan(1);
  expect(topic.published.length).toBeLessThan(20);
});

test('many requests to many people keep each their own link in Slack, within its 50 blocks', async () => {
  await using slack = await new SlackServer().start();
  const approvers = Array.from({ length: 150 }, (_, n) => `person-of-tier-${n}@example.com`);
  expect(await toSlack(slack).tell(...requests(30, { approvers }))).toEqual([]);
  const all = slack.posted.map(wordsOf).join('\n');
  for (let n = 0; n < 30; n += 1) expect(all).toContain(`${PAGE}-${n}.|`);
});

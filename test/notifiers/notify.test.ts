import { expect, test } from 'vitest';
import type { Moment } from '../../lambdas/contracts/moment.ts';
import { momentOf, PAGE, recordOf } from '../fixtures/moments.ts';
import { SlackServer, wordsOf } from './slack-server.ts';
import { RecordedTopic, toChat, toSlack } from './telling.ts';

test('a moment that comes twice is told once: in one batch, in two, and after a new deployment', async () => {
  await using slack = await new SlackServer().start();
  const { batch, tell } = toSlack(slack);
  const opened = momentOf('incident.opened');
  expect(await batch({ Records: [recordOf(opened, 'a'), recordOf(opened, 'b')] })).toEqual([]);
  expect(await tell(opened)).toEqual([]);
  expect(slack.posted).toHaveLength(1);
});

test('a moment that failed is told again, and the others of its batch are not', async () => {
  await using slack = await new SlackServer().start();
  slack.faults.push({ status: 500 });
  const { tell } = toSlack(slack);
  const [opened, closed] = [momentOf('incident.opened', { seq: 1 }), momentOf('incident.closed', { seq: 9 })];
  expect(await tell(opened, closed)).toEqual(['m-inc-1#1']);
  expect(await tell(opened, closed)).toEqual([]);
  expect(slack.posted.map((one) => wordsOf(one).split(/[:\n]/)[0])).toEqual(['Incident closed', 'Incident opened']);
});

test('a request that comes after its expiry is not sent, in words; what became of it is', async () => {
  await using slack = await new SlackServer().start();
  const { tell, clock, log } = toSlack(slack);
  clock.advance(61);
  const kinds = ['approval.asked', 'approval.reminded', 'approval.escalated'] as const;
  expect(await tell(...kinds.map((kind, seq) => momentOf(kind, { seq })))).toEqual([]);
  expect(slack.received).toEqual([]);
  expect(log.lines.filter((line) => line.includes('"outcome":"too late"'))).toHaveLength(3);
  const expired = momentOf('approval.decided', { seq: 9, outcome: 'expired', by: [] });
  expect(await tell(expired)).toEqual([]);
  expect(slack.posted.map((one) => wordsOf(one).split('\n')[0])).toEqual(['Approval expired']);
});

test('a message of the queue that holds no moment stays for its dead-letter queue, and holds nothing up', async () => {
  await using slack = await new SlackServer().start();
  const { batch, log } = toSlack(slack);
  const forged = recordOf(momentOf('incident.opened')).body.replace('"checkrein"', '"somebody.else"');
  const left = await batch({
    Records: [
      { messageId: 'no-json', body: '{' },
      { messageId: 'forged', body: forged },
      recordOf(momentOf('incident.closed'), 'good'),
    ],
  });
  expect(left).toEqual(['no-json', 'forged']);
  expect(slack.posted).toHaveLength(1);
  expect(log.text).toContain('holds no moment');
});

test('what is no batch of a queue is a broken contract', async () => {
  await using slack = await new SlackServer().start();
  await expect(toSlack(slack).batch({})).rejects.toThrow('not a batch of a queue');
});

/** Batches as Lambda makes them, until the queue is empty. */
const drain = async (moments: readonly Moment[], batch: (event: unknown) => Promise<string[]>): Promise<number> => {
  let queue = moments.map((one) => recordOf(one));
  let batches = 0;
  for (; queue.length > 0 && batches < 100; batches += 1) {
    const taken = queue.slice(0, 500);
    const left = new Set(await batch({ Records: taken }));
    queue = [...queue.slice(500), ...taken.filter(({ messageId }) => left.has(messageId))];
  }
  return batches;
};

test('10,000 moments in a minute become few messages, those that need people first, and none is lost', async () => {
  await using slack = await new SlackServer().start();
  const { batch } = toSlack(slack);
  const moments = Array.from({ length: 10_000 }, (_, n) => {
    const incidentId = `inc-${n}`;
    if (n % 1000 === 7)
      return momentOf('approval.asked', { incidentId, approvalId: `approval-${n}`, page: `${PAGE}-${n}` });
    if (n % 1000 === 8)
      return momentOf('incident.closed', { incidentId, outcome: 'escalated', says: `Take over ${incidentId}.` });
    return momentOf(n % 2 === 0 ? 'incident.opened' : 'incident.closed', { incidentId });
  });
  slack.faults.push({ status: 500 }, 'hangs up');
  expect(await drain(moments, batch)).toBeLessThanOrEqual(22);
  expect(slack.posted.length).toBeLessThanOrEqual(20);
  const words = slack.posted.map(wordsOf);
  const told = words.reduce((sum, text) => sum + Number(/(\d+) moments of/.exec(text)?.[1]), 0);
  expect(told).toBe(10_000);
  for (let n = 7; n < 10_000; n += 1000) {
    const text = words.find((one) => one.includes(`${PAGE}-${n}|`));
    expect.assert(text !== undefined);
    expect(text).toMatch(/^Approvals needed: \d+\n/);
    expect(text.indexOf(`Take over inc-${n + 1}.`)).toBeGreaterThan(text.indexOf(`${PAGE}-${n}|`));
    expect(text.indexOf('went to ALARM')).toBeGreaterThan(text.indexOf(`Take over inc-${n + 1}.`));
  }
}, 60_000);

test('many requests at once keep each their own link, in as many messages as Slack’s limits ask for', async () => {
  await using slack = await new SlackServer().start();
  const { tell } = toSlack(slack);
  const asked = Array.from({ length: 50 }, (_, n) =>
    momentOf('approval.asked', {
      incidentId: `inc-${n}`,
      approvalId: `approval-${n}`,
      page: `${PAGE}-${n}`,
      says: 'x'.repeat(1024),
    }),
  );
  expect(await tell(...asked)).toEqual([]);
  expect(slack.posted).toHaveLength(3);
  const all = slack.posted.map(wordsOf).join('\n');
  for (let n = 0; n < 50; n += 1) expect(all).toContain(`${PAGE}-${n}|`);
});

test('a request that was decided in the same batch is not listed as one that needs people', async () => {
  await using slack = await new SlackServer().start();
  const { tell } = toSlack(slack);
  const others = [1, 2, 3, 4].map((seq) => momentOf('incident.opened', { incidentId: `inc-${seq}` }));
  await tell(momentOf('approval.asked', { seq: 1 }), momentOf('approval.decided', { seq: 2 }), ...others);
  const [posted] = slack.posted;
  expect.assert(posted !== undefined);
  expect(wordsOf(posted)).toContain('6 moments at once');
  expect(wordsOf(posted)).not.toContain(PAGE);
});

test('a ledger that cannot be read sends nothing; one that cannot be written sends once and says so', async () => {
  await using slack = await new SlackServer().start();
  const { ledger, tell, log } = toSlack(slack);
  ledger.create = async () => Promise.reject(new TypeError('the table is gone'));
  expect(await tell(momentOf('incident.opened'))).toEqual([]);
  expect(log.text).toContain('What was sent could not be recorded');
  ledger.fetch = async () => Promise.reject(new TypeError('the table is gone'));
  await expect(tell(momentOf('incident.closed'))).rejects.toThrow('the table is gone');
  expect(slack.posted).toHaveLength(1);
});

test('a chat gets a custom notification, in one thread an incident, without buttons', async () => {
  const topic = new RecordedTopic();
  const { tell } = toChat(topic);
  const hostile = '<!channel> @here *bold* ~struck~ `code` [text](https[:]//evil) | a_b';
  await tell(momentOf('approval.asked', { seq: 1, says: hostile }), momentOf('approval.decided', { seq: 2 }));
  const [asked, decided] = topic.published.map((text): unknown => JSON.parse(text));
  expect(asked).toMatchObject({
    version: '1.0',
    source: 'custom',
    id: 'inc-1#1',
    content: { textType: 'client-markdown', title: 'Approval needed' },
    metadata: { threadId: 'inc-1', eventType: 'approval.asked', enableCustomActions: false },
  });
  expect(decided).toMatchObject({ metadata: { threadId: 'inc-1' } });
  expect(topic.published[0]).toContain(`To approve or deny, have your own link sent to you: ${PAGE}`);
  expect(topic.published[0]).toContain('instance type: t3.small → c6i.xlarge');
  expect(topic.published[0]).not.toMatch(/<!|@here|\*bold|~struck|`code|\[text/);
  expect(topic.published[0]).toContain('a_b');
});

test('a chat gets a change whole or only the link, and a topic that is gone keeps the moment in the queue', async () => {
  const topic = new RecordedTopic();
  const { tell, log } = toChat(topic);
  const lines = Array.from({ length: 200 }, (_, n) => `setting ${n}: ${'x'.repeat(80)}`);
  await tell(momentOf('approval.asked', { change: { lines } }));
  expect(topic.published[0]).toContain('The change is too long for this message');
  expect(topic.published[0]).not.toContain('setting 0');
  expect(topic.published[0]).toContain(PAGE);
  topic.down = true;
  expect(await tell(momentOf('incident.closed', { seq: 9 }))).toEqual(['m-inc-1#9']);
  expect(log.text).toContain('the topic: it is gone');
});

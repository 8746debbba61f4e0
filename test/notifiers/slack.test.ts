import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MomentKind } from '../../lambdas/contracts/moment.ts';
import { momentOf, PAGE } from '../fixtures/moments.ts';
import { SlackServer, slackInHtml, SLACK_URL, wordsOf } from './slack-server.ts';
import { PresetSecret, toSlack } from './telling.ts';

let slack: SlackServer;
beforeEach(async () => {
  slack = await new SlackServer().start();
});
afterEach(async () => slack[Symbol.asyncDispose]());

const HOSTILE = '<!channel> <https://evil.example|click> *bold* ~struck~ `code` :fire: @here & </script>';

describe('a message', () => {
  test.each(MomentKind.options)('of %s is within the limits of Slack', async (kind) => {
    const { tell } = toSlack(slack);
    expect(await tell(momentOf(kind))).toEqual([]);
    expect(slack.posted).toHaveLength(1);
  });

  test('asks for approval with everything that would change, and with the page as its only link', async () => {
    const { tell } = toSlack(slack);
    await tell(momentOf('approval.asked'));
    const [posted] = slack.posted;
    expect.assert(posted !== undefined);
    const words = wordsOf(posted);
    for (const part of [
      'Approval needed',
      'instance type: t3.small → c6i.xlarge',
      '+ $101.32 a month',
      'Asked: ana@example.com, ben',
      'until 2026-11-22 07:00 UTC',
      `<${PAGE}|To approve or deny, have your own link sent to you>`,
    ])
      expect(words).toContain(part);
    expect(words.match(/https?:/g)).toHaveLength(1);
    expect(JSON.stringify(posted)).not.toMatch(/button|actions|[?&]t=/);
  });

  test('gives words from outside no meaning: no mention, no link, no style', async () => {
    const { tell } = toSlack(slack);
    await tell(momentOf('approval.asked', { says: HOSTILE, change: { heading: HOSTILE, lines: [HOSTILE] } }));
    const [posted] = slack.posted;
    expect.assert(posted !== undefined);
    const formatted = posted.blocks.filter((one) => one.type === 'section' && one.text.type === 'mrkdwn');
    expect(formatted).toHaveLength(1);
    expect(JSON.stringify(formatted)).not.toContain('evil');
    expect(posted.text).toContain('&lt;!channel&gt;');
    expect(posted.text).not.toMatch(/<[!@#h]/);
    const shown = slackInHtml(posted.blocks);
    expect(shown).not.toMatch(/<mark>|<b>|<s>|evil\.example">/);
    expect(shown).toContain('&lt;!channel&gt;');
  });

  test('shows a change whole, or only the link: never a part of it', async () => {
    const lines = (count: number) => Array.from({ length: count }, (_, n) => `setting ${n}: ${'x'.repeat(80)} → y`);
    const { tell } = toSlack(slack);
    await tell(
      momentOf('approval.asked', { seq: 1, change: { lines: lines(60) } }),
      momentOf('approval.asked', { seq: 2, change: { lines: lines(1000) } }),
      momentOf('approval.asked', { seq: 3, change: { lines: null } }),
      momentOf('approval.asked', { seq: 4, change: { lines: ['z'.repeat(7000)] } }),
    );
    const [whole, tooMany, none, oneLine] = slack.posted.map(wordsOf);
    for (const line of lines(60)) expect(whole).toContain(line);
    for (const words of [tooMany, none]) {
      expect(words).not.toContain('setting 0');
      expect(words).toContain('The change is too long for this message');
      expect(words).toContain(PAGE);
    }
    expect(oneLine?.replaceAll('\n', '')).toContain('z'.repeat(7000));
  });

  test('that Slack’s rules refuse by now is sent as text with its link', async () => {
    slack.faults.push({ status: 400, body: 'invalid_blocks' });
    const { tell, log } = toSlack(slack);
    expect(await tell(momentOf('approval.asked', { says: HOSTILE }))).toEqual([]);
    const [posted] = slack.posted;
    expect(posted?.blocks).toEqual([]);
    expect(posted?.text).toContain(`<${PAGE}|To approve or deny, have your own link sent to you>`);
    expect(posted?.text).not.toContain('<!channel>');
    expect(log.text).toContain('Slack refused its blocks');
  });
});

describe('a failure', () => {
  test('leaves the moment in the queue, and is told in words without the URL', async () => {
    const { tell, log } = toSlack(slack);
    const asked = momentOf('approval.asked');
    slack.faults.push({ status: 500, body: `rollup_error at ${SLACK_URL}` }, 'hangs', 'hangs up', {
      status: 200,
      body: '{"ok":false}',
    });
    for (let n = 0; n < 4; n += 1) expect(await tell(asked)).toEqual(['m-inc-1#7']);
    expect(slack.posted).toEqual([]);
    expect(await tell(asked)).toEqual([]);
    expect(slack.posted).toHaveLength(1);
    expect(log.text).toContain('answered 500');
    expect(log.text).toContain('none within 0.5 s');
    expect(log.text).not.toContain('hooks.slack.com/services');
    expect(log.text).not.toContain('xxxx');
  });

  test('by a redirect is followed nowhere', async () => {
    slack.faults.push({ status: 302, headers: { location: 'https://169.254.169.254/' } });
    const { tell } = toSlack(slack);
    expect(await tell(momentOf('incident.opened'))).toHaveLength(1);
    expect(slack.received).toHaveLength(1);
  });

  test('of a revoked webhook reads the secret again, so a new URL works at once', async () => {
    const secret = new PresetSecret('https://hooks.slack.com/services/T0/B0/old');
    const { tell, log } = toSlack(slack, secret);
    expect(await tell(momentOf('incident.opened'))).toHaveLength(1);
    expect(log.text).toContain('answered 404 no_service. It may be revoked');
    secret.value = SLACK_URL;
    expect(await tell(momentOf('incident.opened'))).toEqual([]);
  });

  test('of a secret that holds no URL of Slack sends nothing anywhere', async () => {
    const { tell, log } = toSlack(slack, new PresetSecret('https://hooks.slack.com.evil.example/services/T/B/x'));
    expect(await tell(momentOf('incident.opened'))).toHaveLength(1);
    expect(slack.received).toEqual([]);
    expect(log.text).toContain('holds no URL of an incoming webhook of Slack');
    expect(log.text).not.toContain('evil');
  });

  test('of a secret that was wrong and is stored again works with the next batch, without a new deployment', async () => {
    const secret = new PresetSecret('not a URL yet');
    const { tell } = toSlack(slack, secret);
    expect(await tell(momentOf('incident.opened'))).toHaveLength(1);
    secret.value = SLACK_URL;
    expect(await tell(momentOf('incident.opened'))).toEqual([]);
  });

  test('for a few seconds (429) is waited for; for longer, nothing else is sent', async () => {
    slack.faults.push({ status: 429, headers: { 'retry-after': '3' } });
    const { tell, clock } = toSlack(slack);
    const before = clock.now().getTime();
    expect(await tell(momentOf('incident.opened', { seq: 1 }))).toEqual([]);
    expect(clock.now().getTime() - before).toBe(3000);
    slack.faults.push({ status: 429, headers: { 'retry-after': '90' } });
    const left = await tell(momentOf('incident.opened', { seq: 2 }), momentOf('incident.closed', { seq: 3 }));
    expect(left).toEqual(['m-inc-1#2', 'm-inc-1#3']);
    expect(slack.received).toHaveLength(3);
  });
});

test('the fake Slack refuses what Slack refuses', async () => {
  const say = async (message: object, url = SLACK_URL): Promise<string> =>
    (
      await slack.post({
        call: 'test',
        url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message),
      })
    ).text;
  const header = (text: string) => ({ type: 'header', text: { type: 'plain_text', text } });
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
  expect(await say({ text: 'x', blocks: [header('x'.repeat(151))] })).toBe('invalid_blocks');
  expect(await say({ text: 'x', blocks: [section('x'.repeat(3001))] })).toBe('invalid_blocks');
  expect(await say({ text: 'x', blocks: [section('')] })).toBe('invalid_blocks');
  expect(await say({ text: 'x', blocks: Array.from({ length: 51 }, () => section('x')) })).toBe('invalid_blocks');
  expect(await say({ text: '' })).toBe('no_text');
  expect(await say({ words: 'x' })).toBe('invalid_payload');
  expect(await say({ text: 'x' }, 'https://hooks.slack.com/services/T0/B0/revoked')).toBe('no_service');
  expect(await say({ text: 'x', blocks: [header('x'), section('x')] })).toBe('ok');
});

test('a message can be looked at as Slack shows it', async () => {
  const { tell } = toSlack(slack);
  await tell(
    momentOf('approval.asked', {
      change: { lines: ['instance type: t3.small → c6i.xlarge', 'root volume: 8 GiB → 30 GiB'] },
    }),
  );
  const shown = slackInHtml(slack.posted.flatMap(({ blocks }) => blocks));
  expect(shown).toContain(`<a href="${PAGE}">To approve or deny, have your own link sent to you</a>`);
  const out = process.env['CHECKREIN_SHOW_SLACK'];
  if (out !== undefined) writeFileSync(out, shown);
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApprovalServer, type ApprovalServer } from '../../local/approval-server.ts';
import { ANA, deskWithQuestion, type DeskWithQuestion } from '../fixtures/approval-desk.ts';

let desk: DeskWithQuestion;
let server: ApprovalServer;
beforeEach(async () => {
  desk = await deskWithQuestion();
  server = await startApprovalServer(desk.page);
});
afterEach(() => server.close());

const decide = (fields: Record<string, string>): Promise<Response> =>
  fetch(server.url, { method: 'POST', body: new URLSearchParams({ t: desk.asked.token(ANA), ...fields }) });

test('the page is served to this machine, and a posted form decides', async () => {
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const page = await fetch(`${server.url}/?t=${desk.asked.token(ANA)}`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).toContain('checkout-cpu-high');
  expect((await decide({ answer: 'approve' })).status).toBe(200);
  expect(desk.callbacks.resumed).toHaveLength(1);
});

test('a body that never seems to end is refused without being kept', async () => {
  const response = await decide({ answer: 'approve', reason: 'x'.repeat(5_000_000) });
  expect(response.status).toBe(413);
  expect(desk.callbacks.resumed).toEqual([]);
});

test('a failure behind the page is a page too', async () => {
  desk.page.ledger.fetch = () => Promise.reject(new TypeError('the <table> is gone'));
  const response = await fetch(`${server.url}/?t=${desk.asked.token(ANA)}`);
  expect(response.status).toBe(500);
  expect(await response.text()).toContain('the &lt;table&gt; is gone');
});

test('a port that is taken is an error, not a crash', async () => {
  await expect(startApprovalServer(desk.page, { port: Number(new URL(server.url).port) })).rejects.toThrow(
    'EADDRINUSE',
  );
});

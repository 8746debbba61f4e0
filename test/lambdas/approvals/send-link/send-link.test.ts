import { beforeEach, expect, test } from 'vitest';
import { ON_ITS_WAY } from '../../../../lambdas/approvals/page/own-link.ts';
import { LINKS, sendLink } from '../../../../lambdas/approvals/send-link/send-link.ts';
import { approvalIdOf } from '../../../../lambdas/kernel/trace/approval-id.ts';
import { allOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { ANA, BEN, deskWithQuestion, VERA, type DeskWithQuestion } from '../../../fixtures/approval-desk.ts';
import { record } from '../../../fixtures/incident.ts';
import { like } from '../../../fixtures/matchers.ts';
import { postOwnLink, visit } from '../../../fixtures/page-requests.ts';

let desk: DeskWithQuestion;
let a: string;
beforeEach(async () => {
  desk = await deskWithQuestion();
  a = approvalIdOf('inc-1', desk.asked.digest);
  desk.notifier.sent.length = 0;
});

/** Asks on the page, and runs the function that answers. */
const ask = async (approver: string, approvalId = a) => {
  const response = await postOwnLink(desk.page, { a: approvalId, approver });
  const [result] = await desk.linkRequests.deliver();
  return { response, result };
};
const audiences = () => desk.notifier.sent.map(({ audience }) => audience);
const requested = async () =>
  allOf(await desk.trace(), 'people.notified').filter(({ data }) => data.requested === true);

test('an approver gets their own link at their private contact, and nobody else gets anything', async () => {
  const { result } = await ask(ANA);
  expect(result).toMatchObject({ sent: true });
  expect(desk.notifier.sent).toMatchObject([{ about: 'approval', audience: ANA, incidentId: 'inc-1' }]);
  const text = desk.notifier.sent[0]?.text ?? '';
  expect(text).toMatch(
    /^You, or somebody who knows your address, asked for this link on the approval page\. It is yours alone/,
  );
  expect(text).toContain('Resize i-0a1b2c3d4e5f60718');
  expect((await requested()).map(({ data }) => data)).toMatchObject([{ about: 'approval', to: [ANA], sent: true }]);
});

test('the link that was sent decides, and expires with its question', async () => {
  await ask(BEN);
  desk.clock.advance(59);
  expect((await desk.look(BEN)).statusCode).toBe(200);
  desk.clock.advance(2);
  expect((await desk.look(BEN)).statusCode).toBe(410);
  desk.clock.advance(-2);
  expect((await desk.answer(BEN, 'approve')).text).toContain('Approved. The change is made now');
});

test('an address in another case is the same person, who gets the link at the address of the settings', async () => {
  await ask(' ANA@Example.com ');
  expect(audiences()).toEqual([ANA]);
});

test.each([
  ['a stranger', 'somebody@example.com'],
  ['an approver whom policy does not let approve', VERA],
  ['everyone', 'everyone'],
  ['a policy', 'policy:grow'],
  ['an address in look-alike letters', 'аna@example.com'],
  ['an address with the Kelvin sign', 'an\u212A@example.com'],
  ['an address with a plus', 'ana+me@example.com'],
  ['an address with dots', 'a.n.a@example.com'],
  ['an address in a name', `Ana <${ANA}>`],
  ['two addresses', `${ANA},${BEN}`],
  ['a line break and a second address', `${BEN}\r\nbcc: ${ANA}`],
  ['an object of JavaScript', '__proto__'],
])('%s gets no link, and nothing is recorded', async (_who, approver) => {
  const before = desk.ledger.writes;
  const { response, result } = await ask(approver);
  expect(response).toMatchObject({ statusCode: 200, text: like(ON_ITS_WAY) });
  expect(result).toMatchObject({ sent: false });
  expect(desk.notifier.sent).toEqual([]);
  expect(desk.ledger.writes).toBe(before);
});

test('a question that is unknown, decided, expired or of a closed incident gets no link', async () => {
  expect((await ask(ANA, `approval-${'0'.repeat(32)}`)).result?.reason).toContain('no such approval request');
  desk.clock.advance(61);
  expect((await ask(ANA)).result?.reason).toContain('expired');
  desk.clock.advance(-61);
  await desk.answer(ANA, 'deny', 'no', { t: await desk.linkFor(ANA) });
  desk.notifier.sent.length = 0;
  expect((await ask(BEN)).result?.reason).toContain('decided');
  const totals = {
    outcome: 'escalated',
    summary: '',
    reason: '',
    copies: 0,
    turns: 0,
    tokens: 0,
    costMicroUsd: 0,
    seconds: 0,
  } as const;
  await record(desk.page, 'inc-1', 'close', 'incident.closed', totals);
  expect((await ask(BEN)).result?.reason).toContain('closed');
  expect(desk.notifier.sent).toEqual([]);
});

test('the page answers the same to everybody: status, body and what it does', async () => {
  const bodies = new Set<string>();
  const unlike = (body: string, id: string) => body.replaceAll(id, '…');
  for (const [approver, approvalId] of [
    [ANA, a],
    [VERA, a],
    ['somebody@example.com', a],
    [ANA, `approval-${'0'.repeat(32)}`],
  ] as const) {
    const before = desk.ledger.writes;
    const response = await postOwnLink(desk.page, { a: approvalId, approver });
    expect([response.statusCode, desk.ledger.writes]).toEqual([200, before]);
    bodies.add(unlike(response.body, approvalId));
    bodies.add(unlike((await visit(desk.page, { a: approvalId })).body, approvalId));
  }
  expect(bodies.size).toBe(2);
  expect(desk.linkRequests.queue).toHaveLength(4);
});

test('an approver gets three links on request, everybody together twenty, and the trace has no more events', async () => {
  for (let time = 0; time < 50; time += 1) await ask(ANA);
  expect(audiences()).toEqual(Array.from({ length: LINKS.ofAnApprover }, () => ANA));
  for (let time = 0; time < 50; time += 1) await ask(BEN);
  expect(audiences()).toHaveLength(2 * LINKS.ofAnApprover);
  expect(await requested()).toHaveLength(2 * LINKS.ofAnApprover);
  expect((await desk.ledger.fetch({ family: 'link', id: a }))?.data).toMatchObject({ sent: 6 });
});

test('when twenty were sent, nobody gets another', async () => {
  await desk.ledger.add({ family: 'link', id: a }, { sent: LINKS.ofAQuestion });
  expect((await ask(ANA)).result?.reason).toContain('Too many links');
  expect(desk.notifier.sent).toEqual([]);
});

test('a request that Lambda delivers twice sends one link', async () => {
  await postOwnLink(desk.page, { a, approver: ANA });
  const [request] = desk.linkRequests.queue;
  await desk.linkRequests.deliver();
  expect(await sendLink(request, desk.asking)).toEqual({ sent: false, reason: 'This request was answered before.' });
  expect(audiences()).toEqual([ANA]);
});

test('a link that cannot be sent is on the trace, with the reason', async () => {
  desk.notifier.failing = true;
  expect((await ask(ANA)).result).toEqual({ sent: false, reason: 'the topic is gone' });
  expect((await requested()).map(({ data }) => data)).toMatchObject([{ sent: false, error: 'the topic is gone' }]);
});

test('no link stands on the trace or in what the log gets', async () => {
  const { result } = await ask(ANA);
  expect(JSON.stringify([result, await desk.trace()])).not.toMatch(/\?t=|task-token/);
});

test('what cannot be read as a request is an error in words', async () => {
  await expect(
    sendLink({ approvalId: a, approver: ANA, pageUrl: 'https://evil.example.com' }, desk.asking),
  ).rejects.toThrow('The request for a link cannot be read');
});

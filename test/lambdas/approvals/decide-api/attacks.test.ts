import { beforeEach, describe, expect, test } from 'vitest';
import { approvalIdOf } from '../../../../lambdas/kernel/trace/approval-id.ts';
import type { DecideRequest } from '../../../../lambdas/contracts/decide-api.ts';
import { allOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { ANA, approvalDesk, type ApprovalDeskFixture } from '../../../fixtures/approval-desk.ts';
import { callWith, IAM, IAM_RULES, signedBy } from '../../../fixtures/iam-approvers.ts';
import { record, type IncidentFixture } from '../../../fixtures/incident.ts';
import { like } from '../../../fixtures/matchers.ts';
import { rebootPlan } from '../../../fixtures/plans.ts';

let desk: ApprovalDeskFixture;
let request: DecideRequest & { approvalId: string };

const ask = async (incident: IncidentFixture = {}) => {
  desk = approvalDesk('https://approve.example.com', IAM_RULES);
  const { incidentId, digest } = await desk.openQuestion('inc-1', incident);
  request = { approvalId: approvalIdOf(incidentId, digest), digest, answer: 'approve', reason: 'Looks right.' };
};
beforeEach(() => ask());

const by = (arn: string, more: Partial<Record<keyof DecideRequest, unknown>> = {}) =>
  callWith(signedBy(arn, { ...request, ...more }), desk.page);
const grants = async () => allOf(await desk.trace(), 'grant.issued');
const answers = async () => allOf(await desk.trace(), 'approval.answered').map(({ data }) => data);

/** Nothing was granted, and nothing was recorded. */
const expectNothing = async () => {
  expect(await grants()).toEqual([]);
  expect(await answers()).toEqual([]);
  expect(desk.callbacks.resumed).toEqual([]);
};

describe('an IAM identity that is no approver approves nothing and denies nothing', () => {
  test.each([
    ['one that nobody mapped', 'arn:aws:iam::123456789012:user/eve'],
    ['a session name of an approver, chosen with another role', 'arn:aws:sts::123456789012:assumed-role/Developer/ana'],
    ['the session of an approver in another account', 'arn:aws:sts::999999999999:assumed-role/Operator/ana'],
    ['the user name of an approver in another account', 'arn:aws:iam::999999999999:user/team/ben'],
    ['the user name of an approver under another path', 'arn:aws:iam::123456789012:user/ben'],
    ['a path that goes up', 'arn:aws:iam::123456789012:user/x/../team/ben'],
    ['a path with an empty part', 'arn:aws:iam::123456789012:user/team//ben'],
    ['a path before the role', 'arn:aws:sts::123456789012:assumed-role/team/Operator/ana'],
    ['the ARN in other letters', 'arn:aws:sts::123456789012:assumed-role/operator/Ana'],
    ['the ARN and more', `${IAM.ana}/x`],
    ['the ARN and a line break', `${IAM.ana}\n`],
    ['the ARN of another partition', IAM.ana.replace('arn:aws:', 'arn:aws-cn:')],
    ['a role without a session', 'arn:aws:sts::123456789012:assumed-role/Operator'],
    ['the role itself', 'arn:aws:iam::123456789012:role/Operator'],
    ['a wildcard', 'arn:aws:sts::123456789012:assumed-role/Operator/*'],
    ['a federated user with the name', 'arn:aws:sts::123456789012:federated-user/ana'],
    ['root', 'arn:aws:iam::123456789012:root'],
    ['an id in place of an ARN', 'ana'],
    ['nothing', ''],
  ])('%s', async (_, arn) => {
    for (const answer of ['approve', 'deny']) {
      const { statusCode, reply } = await by(arn, { answer });
      expect(statusCode).toBe(403);
      expect(reply).toMatchObject({ status: 'refused', because: 'identity' });
    }
    expect((await callWith(signedBy(arn, undefined, `id=${request.approvalId}`), desk.page)).statusCode).toBe(403);
    await expectNothing();
  });

  test('one whose approver was removed since', async () => {
    const approvers = IAM_RULES.settings.approvers.filter(({ id }) => id !== 'ana');
    const rules = { ...IAM_RULES, settings: { ...IAM_RULES.settings, approvers } };
    const { reply } = await callWith(signedBy(IAM.ana, request), { ...desk.page, rules });
    expect(reply).toMatchObject({ because: 'identity' });
    await expectNothing();
  });
});

describe('a request whose signature AWS has not verified approves nothing', () => {
  const forged = { iam: { userArn: IAM.ana, accountId: '123456789012' } };
  test.each<[string, (body: string) => unknown]>([
    ['without a signature', (body) => ({ requestContext: { http: { method: 'POST' } }, body })],
    [
      'with the authorizer in a header',
      (body) => ({
        headers: { authorizer: JSON.stringify(forged), 'x-amzn-caller-arn': IAM.ana },
        requestContext: { http: { method: 'POST' } },
        body,
      }),
    ],
    [
      'with the authorizer in the body',
      () => ({
        requestContext: { http: { method: 'POST' } },
        body: JSON.stringify({ ...request, requestContext: { authorizer: forged } }),
      }),
    ],
    [
      'with the authorizer beside the context',
      (body) => ({ authorizer: forged, requestContext: { http: { method: 'POST' } }, body }),
    ],
    [
      'with an authorizer of another kind',
      (body) => ({
        requestContext: { http: { method: 'POST' }, authorizer: { jwt: { claims: { sub: IAM.ana } }, lambda: forged } },
        body,
      }),
    ],
    [
      'with an identity and no account',
      (body) => ({ requestContext: { http: { method: 'POST' }, authorizer: { iam: { userArn: IAM.ana } } }, body }),
    ],
    [
      'with an identity of another account than the one that signed',
      (body) => ({
        requestContext: {
          http: { method: 'POST' },
          authorizer: { iam: { userArn: IAM.ana, accountId: '999999999999' } },
        },
        body,
      }),
    ],
  ])('%s', async (_, event) => {
    const { statusCode, reply } = await callWith(event(JSON.stringify(request)), desk.page);
    expect([statusCode, reply]).toMatchObject([403, { because: 'identity' }]);
    await expectNothing();
  });

  test.each([
    ['approver', { approver: 'ana' }],
    ['callerArn', { callerArn: IAM.ana }],
    ['via', { via: 'page' }],
    ['needed', { needed: 0 }],
  ])('a body cannot say who answers, or how: %s', async (field, more) => {
    const { statusCode, reply } = await callWith(signedBy(IAM.vera, { ...request, ...more }), desk.page);
    expect([statusCode, reply]).toMatchObject([400, { because: 'request', message: like(field) }]);
    await expectNothing();
  });
});

describe('an approver whom IAM knows cannot do more than on the page', () => {
  test('who may not approve the plan and was not asked sees no plan, approves none and denies none', async () => {
    for (const answer of ['approve', 'deny']) {
      const { statusCode, reply } = await by(IAM.vera, { answer });
      expect([statusCode, reply]).toMatchObject([403, { because: 'not-entitled' }]);
    }
    const seen = await callWith(signedBy(IAM.vera, undefined, `id=${request.approvalId}`), desk.page);
    expect(seen).toMatchObject({ statusCode: 403, reply: { because: 'not-entitled' } });
    await expectNothing();
  });

  test.each(['ana', 'Ana', ANA, IAM.ana, 'ana (on call)'])(
    'who asked for the change as %s does not approve it',
    async (triggeredBy) => {
      await ask({ triggeredBy });
      expect((await by(IAM.ana)).reply).toMatchObject({ status: 'refused', because: 'not-entitled' });
      await expectNothing();
    },
  );

  test('who approved by mail is no second person in IAM', async () => {
    await ask({ plan: rebootPlan });
    await desk.answer(ANA, 'approve');
    expect((await by(IAM.ana)).reply).toMatchObject({ because: 'answered' });
    expect(await grants()).toEqual([]);
    expect((await answers()).map(({ via }) => via)).toEqual(['page']);
  });

  test('who approved in IAM is no second person by mail', async () => {
    await ask({ plan: rebootPlan });
    expect((await by(IAM.ana)).reply).toMatchObject({ status: 'counted' });
    expect((await desk.answer(ANA, 'approve')).statusCode).toBe(409);
    expect(await grants()).toEqual([]);
  });

  test('who clicks and types at the same time is one person', async () => {
    await ask({ plan: rebootPlan });
    await Promise.all([desk.answer(ANA, 'approve'), by(IAM.ana), by(IAM.ana)]);
    expect(await grants()).toEqual([]);
  });

  test('a request that is sent again changes nothing', async () => {
    await ask({ plan: rebootPlan });
    await by(IAM.ana);
    const before = (await desk.trace()).length;
    expect((await by(IAM.ana)).reply).toMatchObject({ because: 'answered' });
    expect(await desk.trace()).toHaveLength(before);
  });

  test('a request that is sent again after the decision changes nothing', async () => {
    await by(IAM.ana);
    expect((await by(IAM.ana)).reply).toMatchObject({ because: 'decided' });
    expect(await grants()).toHaveLength(1);
    expect(desk.callbacks.resumed.length).toBeGreaterThan(0);
  });

  test.each(['propose-only', 'off'] as const)('while the kill switch is %s nothing is approved', async (position) => {
    desk.handSwitch.position = position;
    expect((await by(IAM.ana)).reply).toMatchObject({ because: 'switch' });
    await expectNothing();
  });

  test('in a change freeze nothing is approved without break-glass and a reason', async () => {
    desk.calendar.closed = 'The sale is on.';
    expect((await by(IAM.ana)).reply).toMatchObject({ because: 'frozen' });
    expect((await by(IAM.ana, { breakGlass: true, reason: ' ' })).reply).toMatchObject({ because: 'reason' });
    expect((await by(IAM.ana, { breakGlass: 'yes' })).reply).toMatchObject({ because: 'request' });
    await expectNothing();
  });

  test('after the deadline nothing is approved', async () => {
    desk.clock.advance(60 * 60_000);
    expect((await by(IAM.ana)).reply).toMatchObject({ because: 'expired' });
    await expectNothing();
  });

  test('after the incident is closed nothing is approved', async () => {
    await record(desk.page, 'inc-1', 'close', 'incident.closed', {
      ...{ outcome: 'failed', summary: '', reason: 'stopped by hand' },
      ...{ copies: 1, turns: 2, tokens: 1, costMicroUsd: 1, seconds: 60 },
    });
    expect((await by(IAM.ana)).reply).toMatchObject({ because: 'closed' });
    expect(await grants()).toEqual([]);
  });
});

describe('an answer is about the plan that the person was shown', () => {
  test.each([
    ['the digest of another plan', { digest: `sha256:${'0'.repeat(64)}` }, 'other-plan'],
    ['no digest', { digest: undefined }, 'request'],
    ['part of a digest', { digest: 'sha256:0' }, 'request'],
    ['a request of another incident', { approvalId: `approval-${'0'.repeat(32)}` }, 'unknown'],
    ['an id with more in it', { approvalId: `approval-${'0'.repeat(32)}#question` }, 'request'],
  ])('with %s nothing is approved', async (_, more, because) => {
    expect((await by(IAM.ana, more)).reply).toMatchObject({ status: 'refused', because });
    await expectNothing();
  });

  test('the digest of this plan under the id of another request approves neither', async () => {
    const first = request;
    const { digest } = await desk.openQuestion('inc-2', { plan: rebootPlan });
    expect((await by(IAM.ana, { approvalId: first.approvalId, digest })).reply).toMatchObject({
      because: 'other-plan',
    });
    expect((await by(IAM.ana, { approvalId: approvalIdOf('inc-2', digest) })).reply).toMatchObject({
      because: 'other-plan',
    });
    expect(await grants()).toEqual([]);
  });
});

describe('what cannot be read is refused in words', () => {
  test.each([
    ['no JSON', 'approve'],
    ['an empty body', ''],
    ['a list', '[]'],
    ['another answer', JSON.stringify({ answer: 'yes' })],
  ])('%s', async (_, body) => {
    const { statusCode, reply } = await callWith({ ...signedBy(IAM.ana, {}), body }, desk.page);
    expect([statusCode, reply]).toMatchObject([400, { because: 'request' }]);
    await expectNothing();
  });

  test('a body or a reason that is too long', async () => {
    expect((await by(IAM.ana, { reason: 'x'.repeat(20_000) })).statusCode).toBe(413);
    expect((await by(IAM.ana, { reason: 'x'.repeat(1001) })).reply).toMatchObject({ because: 'reason' });
    await expectNothing();
  });

  test('another method', async () => {
    const event = { ...signedBy(IAM.ana), requestContext: { ...signedBy(IAM.ana, {}), http: { method: 'PUT' } } };
    expect((await callWith(event, desk.page)).statusCode).toBe(403);
    const put = signedBy(IAM.ana, request);
    const context = { http: { method: 'PUT' }, authorizer: { iam: { userArn: IAM.ana, accountId: '123456789012' } } };
    expect((await callWith({ ...put, requestContext: context }, desk.page)).statusCode).toBe(405);
    await expectNothing();
  });

  test('a GET decides nothing, whatever its query says', async () => {
    const query = new URLSearchParams({ id: request.approvalId, answer: 'approve', digest: request.digest });
    expect((await callWith(signedBy(IAM.ana, undefined, query.toString()), desk.page)).statusCode).toBe(200);
    await expectNothing();
  });
});

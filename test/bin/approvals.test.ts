import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { handleCall } from '../../lambdas/approvals/decide-api/api.ts';
import { callerOf } from '../../lambdas/approvals/decide-api/caller.ts';
import { fromFunctionUrl } from '../../lambdas/approvals/page/function-url.ts';
import { approvalIdOf } from '../../lambdas/kernel/trace/approval-id.ts';
import { allOf } from '../../lambdas/kernel/trace/queries.ts';
import { startLedger, type LedgerServer } from '../../local/ledger-server.ts';
import { FunctionUrl, type Signer } from '../fakes/function-url.ts';
import { OperatorAws } from '../fakes/operator-aws.ts';
import { approvalDesk, type ApprovalDeskFixture } from '../fixtures/approval-desk.ts';
import { IAM, IAM_RULES } from '../fixtures/iam-approvers.ts';
import { rebootPlan } from '../fixtures/plans.ts';
import { appFolder, runCli, type Ran } from './cli.ts';

const ANA: Signer = { accessKeyId: 'AKIDANA', secretAccessKey: 'secret of ana', arn: IAM.ana };
const EVE: Signer = {
  accessKeyId: 'AKIDEVE',
  secretAccessKey: 'secret of eve',
  arn: 'arn:aws:iam::123456789012:user/eve',
};

const folder = appFolder('approvals');
const checkrein = (...args: string[]): Promise<Ran> => runCli(folder, ...args);

let ledger: LedgerServer;
let aws: OperatorAws;
let url: FunctionUrl;
let desk: ApprovalDeskFixture;
let id: string;
let digest: string;

const as = ({ accessKeyId, secretAccessKey }: Signer): void => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
};

beforeAll(async () => {
  [ledger, aws, url] = await Promise.all([startLedger(), OperatorAws.start(), FunctionUrl.start([ANA, EVE])]);
});
afterAll(async () => {
  await Promise.all([ledger.stop(), aws.stop(), url.stop()]);
  rmSync(folder, { recursive: true });
});
let run = 0;
beforeEach(async () => {
  run += 1;
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', ledger.endpoint);
  as(ANA);
  desk = approvalDesk('https://approve.example.com', IAM_RULES);
  const asked = await desk.openQuestion(`inc-${String(run)}`, { plan: rebootPlan });
  digest = asked.digest;
  id = approvalIdOf(asked.incidentId, digest);
  url.answering = (event) => handleCall(fromFunctionUrl(event), callerOf(event), desk.page);
  aws.outputs = {
    SwitchParameter: '/Checkrein/kill-switch',
    LedgerTable: ledger.table,
    FlowArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:flow',
    StartArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:flow:live',
    ApproversTopic: 'arn:aws:sns:eu-west-1:123456789012:approvers',
    ApprovalPage: 'https://page.example.com/',
    DecideUrl: url.url,
  };
  aws.executions = [];
});
afterEach(() => vi.unstubAllEnvs());

/** Puts the trace of the desk into the ledger that the command reads. */
const store = async () => {
  for (const event of await desk.trace()) await ledger.ledger.append(event);
  aws.executions = [{ name: `inc-${String(run)}`, status: 'RUNNING', startDate: new Date() }];
};
const answers = async () => allOf(await desk.trace(), 'approval.answered').map(({ data }) => data);

describe('checkrein approvals', () => {
  test('says in words that nothing waits', async () => {
    expect((await checkrein('approvals')).out).toBe('Nothing waits for approval.\n');
  });

  test('lists what waits: id, change, environment, who is asked, needed and given, time left', async () => {
    await desk.answer('ana@example.com', 'approve');
    await store();
    const ran = await checkrein('approvals', '--json');
    const { approvals } = z.object({ approvals: z.array(z.unknown()) }).parse(JSON.parse(ran.out));
    expect(approvals).toMatchObject([
      {
        approval: id,
        incident: `inc-${String(run)}`,
        tool: 'reboot_instance',
        environment: 'production',
        asked: ['ana', 'ben'],
        needed: 2,
        given: ['ana'],
      },
    ]);
    const { out } = await checkrein('approvals');
    expect(out).toMatch(/^LEFT +APPROVED +ENVIRONMENT +CHANGE\n.*1 of 2 +production +reboot/);
    expect(out.split('\n')).toContain(`  ${id}`);
    expect(out).toContain('asked: ana, ben; approved: ana');
  });

  test('leaves out what was decided', async () => {
    await desk.answer('ana@example.com', 'deny', 'No.');
    await store();
    expect((await checkrein('approvals')).out).toBe('Nothing waits for approval.\n');
  });
});

describe('checkrein approve and deny', () => {
  test('show the whole change, sign the answer, and it counts under the identity of the caller', async () => {
    const ran = await checkrein('approve', id, '--reason', 'Looks right.', '--yes');
    expect([ran.code, ran.err]).toEqual([0, '']);
    for (const part of ['i-0a1b2c3d4e5f60718', digest, 'As ana, before', 'Your approval counts. 1 of 2 needed.'])
      expect(ran.out).toContain(part);
    expect(await answers()).toMatchObject([
      { approver: 'ana', via: 'iam', callerArn: IAM.ana, reason: 'Looks right.', counted: true },
    ]);
  });

  test('a denial with --json prints JSON, and the change beside it', async () => {
    const ran = await checkrein('deny', id, '--reason', 'Not during the sale.', '--yes', '--json');
    expect(JSON.parse(ran.out)).toMatchObject({ approval: id, digest, status: 'denied', approver: 'ana' });
    expect(ran.err).toContain(digest);
  });

  test.each([
    ['without a terminal and without --yes', () => ['approve', id], '--yes: not given, and there is no terminal'],
    ['a denial without a reason', () => ['deny', id, '--yes'], '--reason: Say why you deny'],
    [
      'break-glass without a reason',
      () => ['approve', id, '--break-glass', '--yes'],
      '--reason: Say why this cannot wait',
    ],
    ['what is no approval id', () => ['approve', '../other', '--yes'], '<id>: "../other" is no approval id'],
    [
      'half an approval id',
      () => ['approve', id.slice(0, 20), '--yes'],
      '`approval-` with 32 digits and letters a to f',
    ],
  ])('%s sends nothing', async (_, args, says) => {
    const ran = await checkrein(...args());
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(says);
    expect(await answers()).toEqual([]);
  });

  test('somebody whom AWS lets in and who is no approver is refused in words', async () => {
    as(EVE);
    const ran = await checkrein('approve', id, '--yes');
    expect(ran.code).toBe(1);
    expect(ran.err).toContain(`No approver of this deployment has the IAM identity ${EVE.arn}.`);
    expect(await answers()).toEqual([]);
  });

  test('a signature with another secret is refused by AWS, and the command says what is missing', async () => {
    as({ ...ANA, secretAccessKey: 'stolen key without its secret' });
    const ran = await checkrein('approve', id, '--yes');
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('AWS does not let your IAM identity call');
    expect(ran.err).toContain('lambda:InvokeFunctionUrl');
    expect(await answers()).toEqual([]);
  });

  test('in a freeze the command says how to override it, and sends nothing', async () => {
    desk.calendar.closed = 'The sale is on.';
    const ran = await checkrein('approve', id, '--yes');
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('--break-glass --reason');
    expect(await answers()).toEqual([]);
    expect((await checkrein('approve', id, '--break-glass', '--reason', 'Checkout is down.', '--yes')).code).toBe(0);
    expect(await answers()).toMatchObject([{ breakGlass: true }]);
  });

  test('a plan that was replaced after it was shown is refused', async () => {
    const real = url.answering;
    url.answering = async (event) => {
      const replied = await real(event);
      return { ...replied, body: replied.body.replaceAll(digest, `sha256:${'0'.repeat(64)}`) };
    };
    const ran = await checkrein('approve', id, '--yes');
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('You were shown the plan sha256:000');
    expect(await answers()).toEqual([]);
  });

  test('a function that does not answer as ours does is reported, with what to do', async () => {
    url.answering = async () => ({ statusCode: 502, body: '<html>' });
    const ran = await checkrein('approve', id, '--yes');
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('replied with HTTP 502');
  });

  test('a deployment in which no approver has an IAM identity says so', async () => {
    aws.outputs = Object.fromEntries(Object.entries(aws.outputs ?? {}).filter(([name]) => name !== 'DecideUrl'));
    expect((await checkrein('approve', id, '--yes')).err).toContain('none of its approvers has an IAM identity');
  });
});

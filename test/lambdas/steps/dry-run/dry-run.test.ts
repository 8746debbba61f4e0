import { subjectFor } from '../../../fixtures/subjects.ts';
import { describe, expect, test } from 'vitest';
import { CloudError } from '../../../../lambdas/contracts/errors.ts';
import { digestOf } from '../../../../lambdas/kernel/trace/canonical.ts';
import { call } from '../../../fakes/preset-model.ts';
import { APP, APP_ARN, RESIZE, TestHarness, rules } from '../../../fixtures/harness.ts';
import { BUSY_SERVER } from '../../../local/account/example-world.ts';
import { CATALOGUE } from '../../../../lambdas/tools/catalogue.ts';

/** A proposal that policy permits, right before its dry run. */
const permitted = async (world = BUSY_SERVER): Promise<TestHarness> => {
  const harness = await new TestHarness({ world }).begin();
  await harness.decide([call(RESIZE.tool, RESIZE.input)]);
  expect(await harness.authorize()).toBe('dry-run');
  return harness;
};

test('a dry run makes a plan, identified by the digest of everything that an approval covers', async () => {
  const harness = await permitted();
  await harness.dryRun();
  const { data } = await harness.last('dry-run.finished');
  if (!data.made) throw new CloudError('NoPlan', 'no plan was made');
  expect(data.handle).toBe('P1');
  expect(data.digest).toBe(digestOf(data.plan));
  expect(data.plan).toMatchObject({
    incidentId: 'incident-1',
    tool: 'resize_instance',
    heading: 'Resize',
    target: { arn: APP_ARN },
    before: { instanceType: 't3.small' },
    after: { instanceType: 't3.xlarge' },
    inverse: { reversible: true, input: { instanceType: 't3.small' } },
    rulesHash: rules.hash,
    report: { diff: [{ field: 'instanceType', before: 't3.small', after: 't3.xlarge' }] },
  });
});

test('a stop that loses data is reported as not undone, though the old type can be put back', async () => {
  const type = 'instanceTypes: { t3.small: { vcpus: 2, memoryGiB: 2, hourlyUsd: 0.0228, instanceStore: true } }';
  const harness = await permitted(`${BUSY_SERVER}${type}\n`);
  await harness.dryRun();
  const { data } = await harness.last('dry-run.finished');
  if (!data.made) throw new CloudError('NoPlan', 'no plan was made');
  expect(data.plan).toMatchObject({ facts: { reversible: false }, inverse: { reversible: true } });
  expect(data.plan.report.rollback.reversible).toBe(false);
  expect(data.plan.report.rollback.says).toMatch(
    /^Resize .* back to t3\.small: .* That does not bring everything back\. Data on the instance store of t3\.small is lost\.$/,
  );
  expect(await harness.confirm()).toBe('approve');
  expect((await harness.last('plan.judged')).data.approvalsNeeded).toBe(2);
});

test('the model is asked to confirm, and told that nothing has changed', async () => {
  const harness = await permitted();
  await harness.dryRun();
  expect(await harness.lastReply()).toMatch(/^Nothing has been changed yet\..*plan P1.*Do you confirm\?/s);
  expect(harness.mutations).toEqual([]);
});

test('every mutating call that reaches AWS in a dry run is a dry run', async () => {
  const harness = await permitted();
  await harness.dryRun();
  const mutating = harness.calls.filter((made) => made.mutating);
  expect(mutating.map(({ command }) => command)).toEqual([
    'StopInstances',
    'ModifyInstanceAttribute',
    'StartInstances',
  ]);
  expect(mutating.every((made) => made.dryRun)).toBe(true);
});

test('a target that moved since the proposal was authorized makes no plan', async () => {
  const harness = await permitted();
  await harness.stopByHand();
  await harness.dryRun();
  expect((await harness.last('dry-run.finished')).data.made).toBe(false);
  expect(await harness.lastReply()).toMatch(
    /nothing was changed\. The target changed since the proposal was authorized/,
  );
});

describe('what would not work makes no plan, and the model reads why', () => {
  test('a right that is missing', async () => {
    const harness = await permitted(`${BUSY_SERVER}
faults:
  - { command: 'ec2:StopInstances', dryRun: true, error: { code: UnauthorizedOperation } }
`);
    await harness.dryRun();
    const { data } = await harness.last('dry-run.finished');
    expect(data).toMatchObject({ made: false });
    expect(await harness.lastReply()).toMatch(
      /^The dry run rejected resize_instance; nothing was changed\. ec2:StopInstances: Not permitted/,
    );
  });

  test('a role that cannot be assumed', async () => {
    const harness = await permitted();
    const credentials = { assume: () => Promise.reject(new CloudError('AccessDenied', 'not your role')) };
    await harness.dryRun({ credentials });
    expect(await harness.lastReply()).toMatch(/AccessDenied: not your role/);
  });
});

test('a dry run without a permitted proposal is a broken contract', async () => {
  const harness = await new TestHarness().begin();
  await expect(harness.dryRun()).rejects.toMatchObject({ name: 'ContractBroken' });
});

test('a dry run of a proposal that was refused is a broken contract', async () => {
  const world = BUSY_SERVER.replace('environment: production', '"checkrein:protect": "true"');
  const harness = await new TestHarness({ world }).begin();
  await harness.decide([call(RESIZE.tool, RESIZE.input)]);
  expect(await harness.authorize()).toBe('decide');
  await expect(harness.dryRun()).rejects.toMatchObject({ name: 'ContractBroken' });
});

test('a tool that forgets to ask for a dry run changes nothing in it', async () => {
  const harness = await permitted();
  const tool = await CATALOGUE.loadChange(RESIZE.tool);
  const honest = tool.dryRun.bind(tool);
  tool.dryRun = async (change, { change: cloud }) => {
    await cloud.send({ service: 'ec2', command: 'StopInstances', input: { InstanceIds: [APP] } });
    return honest(change, { change: cloud, cloud, clock: harness.clock, subject: subjectFor() });
  };
  try {
    await expect(harness.dryRun()).rejects.toMatchObject({ name: 'ContractBroken' });
  } finally {
    tool.dryRun = honest;
  }
  expect(harness.mutations).toEqual([]);
});

test('a second plan has a handle of its own', async () => {
  const harness = await permitted();
  await harness.dryRun();
  await harness.propose(RESIZE.tool, { ...RESIZE.input, instanceType: 't3.large' });
  expect((await harness.last('dry-run.finished')).data).toMatchObject({ made: true, handle: 'P2' });
});

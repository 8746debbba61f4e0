import { expect, test } from 'vitest';
import { changeZone } from '../../../../lambdas/steps/change-zone/change-zone.ts';
import { call } from '../../../fakes/preset-model.ts';
import { RESIZE, TestHarness } from '../../../fixtures/harness.ts';

const approved = async (): Promise<TestHarness> => {
  const harness = await new TestHarness().begin();
  await harness.decide([call(RESIZE.tool, RESIZE.input)]);
  await harness.authorize();
  expect(await changeZone({ step: 'dry-run', state: harness.at }, harness.ports)).toMatchObject({ next: 'decide' });
  harness.at = { ...harness.at, seq: (await harness.events()).length };
  await harness.confirm();
  await harness.grant();
  return harness;
};

test('the change zone rehearses and applies, each with the state of its step', async () => {
  const harness = await approved();
  const begun = await changeZone({ step: 'apply', state: harness.at, waits: true }, harness.ports);
  expect(begun).toMatchObject({ next: 'apply', waitSeconds: 15 });
});

test('an execution of before there were states to wait in is sent through its retrier', async () => {
  const harness = await approved();
  const state = harness.at;
  await expect(changeZone({ step: 'apply', state }, harness.ports)).rejects.toMatchObject({ name: 'ApplyInFlight' });
});

test.each([{}, null, { step: 'decide', state: {} }, { step: 'apply' }])(
  'the change zone does nothing else: %j',
  async (event) => {
    const harness = new TestHarness();
    await expect(changeZone(event, harness.ports)).rejects.toMatchObject({ name: 'ContractBroken' });
    expect(harness.calls).toEqual([]);
  },
);

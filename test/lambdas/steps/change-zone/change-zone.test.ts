import { expect, test } from 'vitest';
import { changeZone } from '../../../../lambdas/steps/change-zone/change-zone.ts';
import { call } from '../../../fakes/preset-model.ts';
import { RESIZE, Room } from '../../../fixtures/harness.ts';

test('the change zone rehearses and applies, each with the state of its step', async () => {
  const room = await new Room().begin();
  await room.decide([call(RESIZE.tool, RESIZE.input)]);
  await room.authorize();
  expect(await changeZone({ step: 'dry-run', state: room.at }, room.ports)).toMatchObject({ next: 'decide' });
  room.at = { ...room.at, seq: (await room.events()).length };
  await room.confirm();
  await room.grant();
  expect(await changeZone({ step: 'apply', state: room.at }, room.ports)).toMatchObject({ next: 'verify' });
});

test.each([{}, null, { step: 'decide', state: {} }, { step: 'apply' }])(
  'the change zone does nothing else: %j',
  async (event) => {
    const room = new Room();
    await expect(changeZone(event, room.ports)).rejects.toMatchObject({ name: 'ContractBroken' });
    expect(room.calls).toEqual([]);
  },
);

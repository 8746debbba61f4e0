import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { dryRunOnly } from '../../../../lambdas/kernel/changes/dry-run-only.ts';
import { FakeCloud } from '../../../fakes/fake-cloud.ts';
import { aws } from '../../../../lambdas/providers/aws/provider.ts';

const CALLS = [{ service: 'ec2', command: 'RebootInstances', scope: 'target' }] as const;
const reboot = (input: JsonObject) => ({ service: 'ec2' as const, command: 'RebootInstances', input });

test.each<JsonObject>([{}, { DryRun: false }, { DryRun: 'true' }, { DryRun: 1 }, { dryRun: true }])(
  'in a dry run a call with %j is never sent',
  async (input) => {
    const cloud = new FakeCloud(CALLS).answers('ec2', 'RebootInstances', {});
    await expect(dryRunOnly(cloud, aws).send(reboot(input))).rejects.toMatchObject({ name: 'ContractBroken' });
    expect(cloud.requests).toEqual([]);
  },
);

test('a dry run is sent unchanged', async () => {
  const cloud = new FakeCloud(CALLS).answers('ec2', 'RebootInstances', { ok: true });
  const request = reboot({ InstanceIds: ['i-0'], DryRun: true });
  expect(await dryRunOnly(cloud, aws).send(request)).toEqual({ ok: true });
  expect(cloud.requests).toEqual([request]);
});

import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { admitted } from '../../../../lambdas/providers/kubernetes/reach.ts';
import { manifest } from '../../../../lambdas/tools/set-volume-claim-size/manifest.ts';
import { cluster, clusterAgent } from '../../../fixtures/cluster-tools.ts';

const HOME = { account: '123456789012', region: 'eu-central-1' };
const clusters = [cluster('prod'), cluster('lone')];
const agents = clusterAgent('grower', { clusters: ['prod'], namespaces: ['shop'] }, [manifest.name]);
const LIST = { service: 'storage.k8s.io/v1', command: 'list storageclasses' };
const GET = { ...LIST, command: 'get storageclasses' };
const sent = (call: typeof GET, input: JsonObject) => () =>
  admitted([...manifest.reads, LIST], { ...call, input }, { clusters, agents }, HOME, HOME);

describe('a StorageClass', () => {
  test('is read by its name, where some agent is granted a namespace', () => {
    const { cluster: found, request } = sent(GET, { cluster: 'prod', name: 'gp3' })();
    expect([found.name, request.name, request.namespace]).toEqual(['prod', 'gp3', undefined]);
  });

  test.each([
    [GET, { cluster: 'lone', name: 'gp3' }, /No agent is granted a namespace of the cluster lone/],
    [GET, { cluster: 'prod', namespace: 'shop', name: 'gp3' }, /names a namespace, but storageclasses are in none/],
    [LIST, { cluster: 'prod' }, /list storageclasses: storageclasses are only read, one by its name/],
  ])('is read in no other way', (call, input, message) => {
    expect(sent(call, input)).toThrow(message);
  });
});

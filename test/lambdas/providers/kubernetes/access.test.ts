import { describe, expect, test } from 'vitest';
import type { Cluster } from '../../../../lambdas/contracts/clusters.ts';
import type { ChangeScope, CloudRequest } from '../../../../lambdas/contracts/ports.ts';
import { kubernetesChanges } from '../../../../lambdas/providers/kubernetes/changes.ts';
import type { EksSender } from '../../../../lambdas/providers/kubernetes/describe-cluster.ts';
import { kubernetesReads } from '../../../../lambdas/providers/kubernetes/reads.ts';
import { AUTHORITY, FakeApiServer, status, type ReceivedRequest } from '../../../fakes/api-server.ts';
import { assumedRole, FakeAws } from '../../../fakes/fake-aws.ts';
import { cluster, clusterAgent, LOOK, SCALE } from '../../../fixtures/cluster-tools.ts';

const HOME = { account: '123456789012', region: 'eu-central-1' };
const MEMBER = '222222222222';
const UID = '0a1b2c3d-0000-4000-8000-00000000000f';
const agents = clusterAgent('fixer', { clusters: ['prod', 'far'], namespaces: ['shop'] });
const members = { accounts: [MEMBER], externalId: 'x'.repeat(16), roleArn: 'arn:aws:iam::${account}:role/change' };

const homeAt = (incidentId: string) => ({ incidentId, accountRegion: HOME });
const podIn = (more: CloudRequest['input'] = {}): CloudRequest => ({
  service: 'v1',
  command: 'get pods',
  input: { cluster: 'prod', namespace: 'shop', name: 'cart-1', ...more },
});

const options = (aws: FakeAws, server: FakeApiServer, clusters?: readonly Cluster[]) => ({
  ...HOME,
  connection: aws.connection,
  agents,
  members,
  changeMembers: members,
  roleArn: 'arn:aws:iam::123456789012:role/change',
  clusters: clusters ?? [
    cluster('prod', { endpoint: server.endpoint, certificateAuthority: AUTHORITY }),
    cluster('far', { endpoint: server.endpoint, certificateAuthority: AUTHORITY, account: MEMBER }),
  ],
});

/** The presigned URL in the token of a request. */
const signed = ({ headers }: ReceivedRequest): URLSearchParams => {
  const token = headers.authorization?.replace('Bearer k8s-aws-v1.', '') ?? '';
  return new URL(Buffer.from(token, 'base64url').toString()).searchParams;
};

describe('a read', () => {
  test('is made under the role of the function, over one connection', async () => {
    await using server = await FakeApiServer.start({ json: { kind: 'Pod' } });
    const access = kubernetesReads(options(new FakeAws(), server));
    for (const incident of ['inc-1', 'inc-2'])
      expect(await access.cloud(LOOK.reads, homeAt(incident)).send(podIn())).toEqual({ kind: 'Pod' });
    expect(server.received.map((one) => signed(one).get('X-Amz-Security-Token'))).toEqual(['own-role', 'own-role']);
    expect(server.received.map(({ headers }) => headers['user-agent'])).toEqual([
      'checkrein incident/inc-1',
      'checkrein incident/inc-2',
    ]);
    expect(server.received.map(({ connection }) => connection)).toEqual([1, 1]);
  });

  test('in a member account is made under its read role, with a session of that incident alone', async () => {
    await using server = await FakeApiServer.start({ json: {} });
    const aws = new FakeAws(assumedRole('member-1', '10:15'), assumedRole('member-2', '10:15'));
    const access = kubernetesReads(options(aws, server));
    for (const incidentId of ['inc-1', 'inc-2', 'inc-1']) {
      const location = { incidentId, accountRegion: { account: MEMBER, region: HOME.region } };
      await access.cloud(LOOK.reads, location).send(podIn({ cluster: 'far' }));
    }
    expect(server.received.map((one) => signed(one).get('X-Amz-Security-Token'))).toEqual([
      'member-1',
      'member-2',
      'member-1',
    ]);
    expect(aws.requests).toHaveLength(2);
  });

  test.each([
    [
      'in a namespace that no agent is granted',
      podIn({ namespace: 'kube-system' }),
      'No agent is granted the namespace kube-system',
    ],
    [
      'in all namespaces',
      { service: 'v1', command: 'list pods', input: { cluster: 'prod' } },
      'No agent is granted all namespaces',
    ],
    ['in a cluster of another account', podIn({ cluster: 'far' }), 'There is no cluster far in account 123456789012'],
    ['in a cluster that the settings do not have', podIn({ cluster: 'x' }), 'There is no cluster x in account'],
    ['that its manifest does not list', { ...podIn(), command: 'get configmaps' }, 'its manifest does not list'],
  ])('%s is not sent', async (_what, request, says) => {
    await using server = await FakeApiServer.start({ json: {} });
    const cloud = kubernetesReads(options(new FakeAws(), server)).cloud(LOOK.reads, homeAt('inc-1'));
    await expect(cloud.send(request)).rejects.toThrow(says);
    expect(server.received).toEqual([]);
  });

  test('that changes something is not sent, though a manifest lists it', async () => {
    await using server = await FakeApiServer.start({ json: {} });
    const cloud = kubernetesReads(options(new FakeAws(), server)).cloud(SCALE.changes, homeAt('inc-1'));
    await expect(cloud.send(scaleIt())).rejects.toThrow('is not a read');
    expect(server.received).toEqual([]);
  });

  test.each([
    [{ account: '999999999999', region: HOME.region }, 'no member in the settings (`members`)'],
    [{ account: HOME.account, region: 'us-east-1' }, 'this deployment looks after eu-central-1 only'],
  ])('for an incident in %j is refused', async (accountRegion, says) => {
    await using server = await FakeApiServer.start({ json: {} });
    const cloud = kubernetesReads(options(new FakeAws(), server)).cloud(LOOK.reads, { incidentId: 'i', accountRegion });
    await expect(cloud.send(podIn())).rejects.toThrow(says);
  });

  test('looks endpoint and certificate of the cluster up in EKS, and remembers them', async () => {
    await using server = await FakeApiServer.start({ json: {} });
    const asked: string[] = [];
    const data = Buffer.from(AUTHORITY).toString('base64');
    const eks: EksSender = async ({ url, headers }) => {
      asked.push(url.href);
      expect(headers['authorization']).toMatch(/\/eu-central-1\/eks\/aws4_request/);
      const described = { status: 'ACTIVE', endpoint: server.endpoint, certificateAuthority: { data } };
      return { status: 200, contentType: 'application/json', text: JSON.stringify({ cluster: described }) };
    };
    const access = kubernetesReads({
      ...options(new FakeAws(), server, [cluster('prod', { eksName: 'prod-1' })]),
      eks,
    });
    for (const incident of ['inc-1', 'inc-2']) await access.cloud(LOOK.reads, homeAt(incident)).send(podIn());
    expect(asked).toEqual(['https://eks.eu-central-1.amazonaws.com/clusters/prod-1']);
    expect(server.received).toHaveLength(2);
  });

  test.each([
    [404, { message: 'No cluster found for name: prod.' }, { code: 'ResourceNotFoundException' }],
    [403, { message: 'not authorized' }, { code: 'AccessDeniedException' }],
    [503, {}, { name: 'CloudUnavailable' }],
    [200, { cluster: { status: 'CREATING' } }, { name: 'CloudUnavailable' }],
  ])('of a cluster for which EKS answers %d %j fails in words', async (status, body, error) => {
    await using server = await FakeApiServer.start({ json: {} });
    const eks: EksSender = async () => ({ status, contentType: 'application/json', text: JSON.stringify(body) });
    const access = kubernetesReads({ ...options(new FakeAws(), server, [cluster('prod')]), eks });
    await expect(access.cloud(LOOK.reads, homeAt('i')).send(podIn())).rejects.toMatchObject(error);
  });
});

const target = {
  kind: 'deployment',
  id: 'shop/cart',
  provider: 'kubernetes',
  ref: 'k8s://prod/shop/deployments/cart',
  uid: UID,
  ...HOME,
  environment: 'production',
  tags: {},
};
const nameless = {
  kind: target.kind,
  id: target.id,
  provider: target.provider,
  ref: target.ref,
  ...HOME,
  environment: target.environment,
  tags: {},
};
const scope: ChangeScope = {
  provider: 'kubernetes',
  calls: SCALE.changes,
  target,
  location: homeAt('inc-1'),
  tool: SCALE.name,
  purpose: 'apply',
  sessionName: 'apply-inc-1',
};
const scaleIt = (more: CloudRequest['input'] = {}): CloudRequest => ({
  service: 'apps/v1',
  command: 'patch deployments',
  input: { namespace: 'shop', name: 'cart', contentType: 'application/json-patch+json', body: [], ...more },
});

/** How the admission policy refuses the label that no tool may set. */
const DENIED = status(
  422,
  'Invalid',
  `deployments.apps "cart" is forbidden: ValidatingAdmissionPolicy 'checkrein-one-change' with binding 'checkrein-one-change' denied request: Checkrein: scale_it may change only spec.replicas`,
);

/** The requests after the one that proves that the policy is bound. */
const afterProof = ({ received: [proof, ...others] }: FakeApiServer): ReceivedRequest[] => {
  expect(proof?.method).toBe('PATCH');
  expect(proof?.url).toBe('/apis/apps/v1/namespaces/shop/deployments/cart?dryRun=All');
  expect(proof?.body).toContain('checkrein.dev/proves-bound');
  return others;
};

describe('a change', () => {
  test.each([
    ['dry-run', `dry-scale_it-${UID}`],
    ['apply', `apply-scale_it-${UID}`],
    ['rollback', `undo-scale_it-${UID}`],
  ] as const)(
    'of the purpose %s is made under a session with that name, which may do nothing in AWS',
    async (purpose, name) => {
      await using server = await FakeApiServer.start(DENIED, { json: { spec: {} } });
      const aws = new FakeAws(assumedRole('change'));
      const cloud = await kubernetesChanges(options(aws, server)).assume({ ...scope, purpose });
      expect(await cloud.send(scaleIt({ query: { dryRun: 'All' } }))).toEqual({ spec: {} });
      const asked = new URLSearchParams(aws.request.body);
      expect(asked.get('RoleSessionName')).toBe(name);
      expect(asked.get('SourceIdentity')).toBe('inc-1');
      expect(JSON.parse(asked.get('Policy') ?? '')).toMatchObject({
        Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
      });
      expect(afterProof(server)).toHaveLength(1);
      expect(server.received.map((one) => signed(one).get('X-Amz-Security-Token'))).toEqual(['change', 'change']);
      expect(server.received[0]?.headers['user-agent']).toBe('checkrein incident/inc-1');
    },
  );

  test.each([
    ['another object', scaleIt({ name: 'billing' })],
    ['another namespace', scaleIt({ namespace: 'billing' })],
    ['another cluster', scaleIt({ cluster: 'far' })],
    ['another verb', { ...scaleIt(), command: 'delete deployments' }],
    ['another kind', { ...scaleIt(), command: 'patch statefulsets' }],
  ])('of %s is not sent', async (_what, request) => {
    await using server = await FakeApiServer.start(DENIED, { json: {} });
    const cloud = await kubernetesChanges(options(new FakeAws(assumedRole('change')), server)).assume(scope);
    await expect(cloud.send(request)).rejects.toThrow();
    expect(afterProof(server)).toEqual([]);
  });

  test('in a dry run is not sent', async () => {
    await using server = await FakeApiServer.start(DENIED, { json: {} });
    const access = kubernetesChanges(options(new FakeAws(assumedRole('change')), server));
    const cloud = await access.assume({ ...scope, purpose: 'dry-run' });
    await expect(cloud.send(scaleIt())).rejects.toThrow('It was not sent');
    expect(afterProof(server)).toEqual([]);
  });

  test('that got no answer is not sent again', async () => {
    await using server = await FakeApiServer.start(DENIED, (response) => void response.destroy());
    const cloud = await kubernetesChanges(options(new FakeAws(assumedRole('change')), server)).assume(scope);
    await expect(cloud.send(scaleIt())).rejects.toMatchObject({ name: 'CloudUnavailable' });
    expect(afterProof(server)).toHaveLength(1);
  });

  test.each(['dry-run', 'apply', 'rollback'] as const)(
    'of the purpose %s gets no session where the admission policy is not bound',
    async (purpose) => {
      await using server = await FakeApiServer.start({ json: {} });
      const access = kubernetesChanges(options(new FakeAws(assumedRole('change')), server));
      await expect(access.assume({ ...scope, purpose })).rejects.toThrow('checkrein-one-change is not bound');
      expect(afterProof(server)).toEqual([]);
    },
  );

  test('of a target on which its tool lists no call gets no session, since nothing could prove the policy', async () => {
    await using server = await FakeApiServer.start(DENIED);
    const calls = [{ service: 'apps/v1', command: 'patch statefulsets' }];
    const access = kubernetesChanges(options(new FakeAws(assumedRole('change')), server));
    await expect(access.assume({ ...scope, calls })).rejects.toThrow('lists no call on deployments');
    expect(server.received).toEqual([]);
  });

  test('of a target without a UID gets no session', async () => {
    await using server = await FakeApiServer.start({ json: {} });
    const aws = new FakeAws(assumedRole('change'));
    await expect(kubernetesChanges(options(aws, server)).assume({ ...scope, target: nameless })).rejects.toThrow('UID');
    expect(aws.requests).toEqual([]);
  });

  test('that would touch an object outside of its namespace gets no session', async () => {
    await using server = await FakeApiServer.start({ json: {} });
    const also = { refs: ['k8s://prod/billing/pods/a'] };
    const access = kubernetesChanges(options(new FakeAws(), server));
    await expect(access.assume({ ...scope, also })).rejects.toThrow('not one object of its namespace');
  });
});

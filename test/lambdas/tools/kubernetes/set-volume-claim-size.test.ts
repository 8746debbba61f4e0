import { describe, expect, test } from 'vitest';
import { readObject } from '../../../../lambdas/tools/kubernetes/changes/object.ts';
import { CLAIMS } from '../../../../lambdas/tools/set-volume-claim-size/claim.ts';
import { tool } from '../../../../lambdas/tools/set-volume-claim-size/tool.ts';
import { mountsOf, mountsText, templateChecks } from '../../../../lambdas/tools/set-volume-claim-size/users.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

const CLASSES = `    - { apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: gp3 }, provisioner: ebs.csi.aws.com, allowVolumeExpansion: true }
    - { apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: fixed }, provisioner: ebs.csi.aws.com }
`;
const claimYaml = (more = '', { size = '10Gi', name = 'data', cls = 'gp3' } = {}): string =>
  `    - { apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: ${name}, namespace: shop }, spec: { accessModes: [ReadWriteOnce], storageClassName: ${cls}, resources: { requests: { storage: ${size} } } }${more} }\n`;
/** The two pods of the shop mount the claim. */
const MOUNTED = SHOP.replace(
  '            containers:',
  '            volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]\n            containers:',
);
const YAML = `${MOUNTED}${CLASSES}${claimYaml()}`;
const DB = `    - apiVersion: apps/v1
      kind: StatefulSet
      metadata: { name: db, namespace: shop }
      spec:
        replicas: 1
        selector: { matchLabels: { app: db } }
        template: { metadata: { labels: { app: db } }, spec: { containers: [{ name: db, image: example.com/db:1 }] } }
        volumeClaimTemplates: [{ metadata: { name: data }, spec: { resources: { requests: { storage: 10Gi } } } }]
${claimYaml('', { name: 'data-db-0' })}`;
const quota = (hard: string): string =>
  `    - { apiVersion: v1, kind: ResourceQuota, metadata: { name: storage, namespace: shop }, spec: { hard: ${hard} } }\n`;
const volume = (how: string): string => `  volumes: [{ of: shop/persistentvolumeclaims/data, ${how} }]\n`;

const to = (size: string, name = 'data') => ({
  cluster: 'shop-eu',
  namespace: 'shop',
  name,
  size,
  why: 'The disk of orders is 96 % full and grows by 1 GiB a day (E1).',
});
const running = (yaml: string = YAML): ChangeRun => {
  const example = new ExampleCluster(yaml);
  example.wait(60);
  return new ChangeRun(tool, example);
};
const claimOf = ({ example }: ChangeRun, name = 'data') => example.get('persistentvolumeclaims', name);
const writesOf = ({ example }: ChangeRun) => example.calls.filter((call) => call.mutating && !call.dryRun).length;
const verdict = async (run: ChangeRun, change: Awaited<ReturnType<ChangeRun['proposed']>>) =>
  tool.postCondition(change, await run.state(to('20Gi')));

describe('a claim', () => {
  test('is a target of its own, with the size that it asks for', async () => {
    const { target, before, after } = await running().proposed(to('20Gi'));
    expect(target).toMatchObject({
      kind: 'kubernetes-volume-claim',
      ref: 'k8s://shop-eu/shop/persistentvolumeclaims/data',
      environment: 'production',
    });
    expect(before).toEqual({ size: '10Gi', resize: 'done', checkreinManages: false });
    expect(after).toEqual({ size: '20Gi', resize: 'done', checkreinManages: false });
  });

  test('is written once and waited for until its volume has grown, and Checkrein owns none of it', async () => {
    const run = running();
    const { spec } = await claimOf(run);
    const change = await run.proposed(to('20Gi'));
    const waited = await run.applied(change);
    expect(waited).toContain('data asks for 20Gi and has 10Gi so far.');
    expect(await verdict(run, change)).toEqual({
      holds: true,
      detail: 'shop/persistentvolumeclaims/data has 20Gi',
    });
    const writes = writesOf(run);
    await run.applied(change);
    expect(writesOf(run)).toBe(writes);
    const claim = await claimOf(run);
    expect(claim.spec).toEqual({ ...spec, resources: { requests: { storage: '20Gi' } } });
    expect(claim.status).toEqual({ phase: 'Bound', capacity: { storage: '20Gi' } });
    expect(claim.metadata.managedFields.map(({ manager }) => manager)).not.toContain('checkrein');
  });

  test('takes the size as the cluster writes it', async () => {
    const run = running();
    const change = await run.proposed(to('16384Mi'));
    expect(change.after).toMatchObject({ size: '16Gi' });
    await run.applied(change);
    expect(await run.holds(change)).toBe(true);
  });

  test('cannot be made smaller again, which the approver reads and nothing tries', async () => {
    const run = running();
    const change = await run.proposed(to('20Gi'));
    expect(tool.inverse(change)).toEqual({
      reversible: false,
      says: 'A claim never shrinks: data cannot go back to 10Gi. To be smaller, its data is moved to another claim, by people.',
    });
  });

  test('has growth in percent and GiB, the pods that mount it and its quota as facts', async () => {
    const yaml = `${YAML}${quota('{ requests.storage: 20Gi, gp3.storageclass.storage.k8s.io/requests.storage: 16Gi, fixed.storageclass.storage.k8s.io/requests.storage: 1Gi }')}`;
    expect(await running(yaml).facts(to('15500Mi'))).toEqual({
      cutPercent: 0,
      growPercent: 52,
      peakUsePercentAfter: 0,
      storageGiBAdded: 6,
      fleetSize: 2,
      fleetAffectedPercent: 0,
      inServiceAfter: 2,
      downtimeSeconds: 0,
      quotaUsePercentAfter: 95,
      gitOpsManaged: false,
    });
    expect(await running(yaml).facts(to('30Gi'))).toMatchObject({ quotaUsePercentAfter: 188 });
  });

  test('has a dry run with the words of the cluster, an unknown price, and nobody who stops', async () => {
    const { checks, cost, disruption } = await running().dryRun(to('20Gi'));
    expect(checks.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['field owners', 'warning'],
      ['patch persistentvolumeclaims', 'passed'],
    ]);
    expect(cost).toEqual({
      deltaCentsPerMonth: null,
      says: 'unknown: nothing here has a price of the StorageClass gp3; 10 GiB more are paid for from now on',
    });
    expect(disruption).toEqual({
      level: 'none',
      says: '2 pods mount it, and are not stopped. With a driver that cannot grow a file system in use, its pods see the new size only once they are restarted.',
    });
  });

  test('over its quota is refused by the dry run of the cluster too', async () => {
    const { checks } = await running(`${YAML}${quota('{ requests.storage: 15Gi }')}`).dryRun(to('20Gi'));
    expect(checks.at(1)).toMatchObject({
      outcome: 'refused',
      detail:
        'Forbidden: persistentvolumeclaims "data" is forbidden: exceeded quota: storage, requested: requests.storage=10Gi, used: requests.storage=10Gi, limited: requests.storage=15Gi',
    });
  });

  test('that is made for one pod alone is mounted by that pod', async () => {
    const scratch = `${SHOP}${CLASSES}${claimYaml('', { name: 'job-scratch' })}    - { apiVersion: v1, kind: Pod, metadata: { name: job, namespace: shop }, spec: { containers: [{ name: a, image: example.com/a:1 }], volumes: [{ name: scratch, ephemeral: { volumeClaimTemplate: {} } }] } }\n`;
    const { disruption } = await running(scratch).dryRun(to('20Gi', 'job-scratch'));
    expect(disruption.says).toMatch(/^1 pod mounts it, and is not stopped\./);
  });

  test('among more pods and StatefulSets than are looked at is not said to be mounted by nobody', async () => {
    const { cloud } = running().context;
    const first = { ...cloud, send: async () => ({ metadata: { continue: 'more' }, items: [] }) };
    const place = { cluster: 'shop-eu', namespace: 'shop' };
    const { metadata } = await readObject(cloud, CLAIMS, { ...place, name: 'data' });
    expect((await templateChecks(first, place, { metadata })).map(({ detail }) => detail)).toEqual([
      'The namespace has more StatefulSets than were looked at: one of the others may make this claim.',
    ]);
    expect(mountsText(await mountsOf(first, place, 'data'))).toBe(
      'No pod was seen that mounts it; the namespace has more pods than were looked at, so others may mount it',
    );
  });

  test('of a StatefulSet grows alone: its template and new replicas keep the old size, which is said', async () => {
    const run = running(`${SHOP}${CLASSES}${DB}`);
    const { checks } = await run.dryRun(to('20Gi', 'data-db-0'));
    expect(checks.at(-1)).toEqual({
      name: 'template of claims',
      outcome: 'unknown',
      detail:
        'data-db-0 is made by the StatefulSet db, whose template data asks for 10Gi and cannot be changed: its other claims stay as they are, and a new replica, or this claim made again, gets 10Gi.',
    });
    expect(await run.facts(to('20Gi', 'data-db-0'))).toMatchObject({ fleetSize: 1, inServiceAfter: 1 });
    await run.applied(await run.proposed(to('20Gi', 'data-db-0')));
    expect((await claimOf(run, 'data-db-0')).status).toMatchObject({ capacity: { storage: '20Gi' } });
  });

  test('that the controller of StatefulSets made is not said to be written back by it', async () => {
    const made = (manager: string): string =>
      `${SHOP}${CLASSES}${DB}  writers: [{ of: shop/persistentvolumeclaims/data-db-0, manager: ${manager}, operation: Update }]\n`;
    const owners = async (manager: string) =>
      (await running(made(manager)).dryRun(to('20Gi', 'data-db-0'))).checks.find(({ name }) => name === 'field owners');
    expect(await owners('kube-controller-manager')).toEqual({
      name: 'field owners',
      outcome: 'passed',
      detail:
        'kube-controller-manager manages spec.resources.requests.storage. It made this object and does not write these fields again.',
    });
    expect(await owners('kube-controller-manager-of-others')).toMatchObject({ outcome: 'warning' });
  });

  test('that Helm or Git writes has its patch said, and that a smaller size is refused by then', async () => {
    const helm = YAML.replace(
      '{ name: data, namespace: shop }',
      '{ name: data, namespace: shop, annotations: { meta.helm.sh/release-name: shop } }',
    );
    const { checks } = await running(helm).dryRun(to('20Gi'));
    expect(checks.at(-1)?.detail).toMatch(
      /helm upgrade. of the release shop .* change spec\.resources\.requests\.storage .* Once the volume has grown, the cluster refuses the smaller size/,
    );
    const git = running(helm.replace('meta.helm.sh/release-name: shop', 'argocd.argoproj.io/tracking-id: "shop:x"'));
    const change = await git.proposed(to('20Gi'));
    const facts = await tool.facts(change, git.context);
    expect(facts).toMatchObject({ gitOpsManaged: true });
    expect(await tool.whenRefused(change, facts, git.context)).toMatch(/storage: 20Gi/);
  });
});

describe('a claim is refused', () => {
  test.each([
    ['10Gi', /data already asks for 10Gi/],
    ['10240Mi', /data already asks for 10Gi/],
    ['9Gi', /data asks for 10Gi, and a claim never shrinks, so not to 9Gi/],
  ])('a size that is no growth: %s', async (size, message) => {
    await expect(running().proposed(to(size))).rejects.toThrow(message);
  });

  test.each([
    [claimYaml(', status: { phase: Pending }'), /data is Pending, not Bound: there is no volume yet/],
    [claimYaml('', { cls: "''" }), /data has no StorageClass: somebody made its volume by hand/],
    [claimYaml('', { cls: 'gone' }), /names the StorageClass gone, which is not there any more/],
    [claimYaml('', { cls: 'fixed' }), /StorageClass fixed of data does not allow expansion \(allowVolumeExpansion\)/],
    [claimYaml(', status: { phase: Bound, capacity: { storage: 32Gi } }'), /has 32Gi already, more than the 10Gi/],
  ])('where it could not grow', async (claim, message) => {
    await expect(running(`${MOUNTED}${CLASSES}${claim}`).facts(to('20Gi'))).rejects.toThrow(message);
  });

  test.each([
    ['growsAfterSeconds: 900', /data is being resized to 12Gi already\. Wait for that/],
    ['fileSystem: after-restart', /its volume has 12Gi, and its file system waits for the node, or for a restart/],
    [
      'fails: the volume is at its limit',
      /to 12Gi, was given up by the driver of its volume: "the volume is at its limit"/,
    ],
  ])('while somebody else resizes it (%s)', async (how, message) => {
    const run = running(`${YAML}${volume(how)}`);
    const merge = { spec: { resources: { requests: { storage: '12Gi' } } } };
    run.example.cluster.drift({ of: 'shop/persistentvolumeclaims/data', manager: 'kubectl', merge });
    run.example.wait(120);
    await expect(run.facts(to('20Gi'))).rejects.toThrow(message);
  });
});

describe('a volume that does not follow', () => {
  test('because its driver cannot fails in the words of the driver, and is told rather than rolled back', async () => {
    const run = running(`${YAML}${volume('fails: "volume is at its limit of 10 GiB"')}`);
    const change = await run.proposed(to('20Gi'));
    await expect(run.applied(change)).rejects.toThrow(
      'The driver of the volume of data cannot make it 20Gi: "volume is at its limit of 10 GiB"',
    );
    expect(tool.isHalfWay(change, await run.state(to('20Gi')))).toBe(true);
    expect(await verdict(run, change)).toEqual({
      holds: false,
      detail: 'shop/persistentvolumeclaims/data asks for 20Gi, which the driver of its volume cannot make',
    });
  });

  test('with its file system counts as grown after the minutes of a kubelet: only a restart of its pods helps', async () => {
    const run = running(`${YAML}${volume('fileSystem: after-restart')}`);
    const change = await run.proposed(to('20Gi'));
    const waited = await run.applied(change);
    expect(waited.at(-1)).toBe('The volume of data has 20Gi; the node has not grown its file system yet.');
    expect(await verdict(run, change)).toEqual({
      holds: true,
      detail:
        'shop/persistentvolumeclaims/data has a volume of 20Gi, but its file system grows only once the pods that mount it are restarted (restart_pod)',
    });
    const [pod] = await run.example.pods();
    await run.example.send('v1: create pods/eviction', { name: pod?.metadata.name ?? '', body: {} });
    run.example.wait(60);
    expect((await verdict(run, change)).detail).toBe('shop/persistentvolumeclaims/data has 20Gi');
  });

  test('that nobody mounts is not waited for: its file system grows when somebody does', async () => {
    const run = running(`${SHOP}${CLASSES}${claimYaml()}${volume('fileSystem: after-restart')}`);
    const waited = await run.applied(await run.proposed(to('20Gi')));
    expect(waited).not.toContain('The volume of data has 20Gi; the node has not grown its file system yet.');
    expect((await run.dryRun(to('30Gi'))).disruption.says).toMatch(/^No pod mounts it now\./);
  });

  test('because its driver refuses for now is waited for, with what the driver says', async () => {
    const run = running(`${YAML}${volume('growsAfterSeconds: 600')}`);
    const change = await run.proposed(to('20Gi'));
    await run.apply(change);
    const message = 'modified too often';
    const conditions = [{ type: 'ControllerResizeError', status: 'True', message }];
    const of = 'shop/persistentvolumeclaims/data';
    run.example.cluster.drift({ of, manager: 'resizer', merge: { status: { conditions } } });
    expect(await run.apply(change, true)).toMatchObject({
      says: 'data asks for 20Gi and has 10Gi so far: "modified too often".',
    });
  });

  test('is not at its size while it grows, and is not half-way either', async () => {
    const run = running(`${YAML}${volume('growsAfterSeconds: 600')}`);
    const change = await run.proposed(to('20Gi'));
    expect(await run.apply(change)).toMatchObject({ seconds: 15 });
    const now = await run.state(to('20Gi'));
    expect(tool.isHalfWay(change, now)).toBe(false);
    expect(tool.postCondition(change, now)).toMatchObject({
      holds: false,
      detail: 'shop/persistentvolumeclaims/data asks for 20Gi, and does not have it yet',
    });
  });
});

describe('somebody else', () => {
  test('who made the claim again, or grew it meanwhile, is not written over', async () => {
    const of = 'shop/persistentvolumeclaims/data';
    const made = running();
    const change = await made.proposed(to('20Gi'));
    made.example.cluster.drift({ of, manager: 'kubectl', recreate: true });
    await expect(made.apply(change)).rejects.toThrow(/deleted and created again since the plan was made/);
    const grown = running();
    const other = await grown.proposed(to('20Gi'));
    const merge = { spec: { resources: { requests: { storage: '15Gi' } } } };
    grown.example.cluster.drift({ of, manager: 'kubectl', merge });
    await expect(grown.apply(other)).rejects.toThrow(/right before the write: it is {"size":"15Gi"}/);
  });
});

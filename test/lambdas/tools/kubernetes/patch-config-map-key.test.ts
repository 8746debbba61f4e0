import { describe, expect, test } from 'vitest';
import { tool } from '../../../../lambdas/tools/patch-config-map-key/tool.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

const config = (more: string): string =>
  `    - { apiVersion: v1, kind: ConfigMap, metadata: { name: flags, namespace: shop }, ${more} }\n`;
const DATA = 'data: { new_basket: "on", api: "s3cr3t" }';
const FLAGS = `${SHOP}${config(DATA)}`;

const to = (value: string, more: object = {}) => ({
  cluster: 'shop-eu',
  namespace: 'shop',
  name: 'flags',
  key: 'new_basket',
  value,
  why: 'Errors began with this flag at 09:12 (E1, E2).',
  ...more,
});
const running = (yaml: string = FLAGS): ChangeRun => {
  const example = new ExampleCluster(yaml);
  example.wait(60);
  return new ChangeRun(tool, example);
};
/** With this in the container, or beside it. */
const reading = (inContainer: string, inSpec = ''): ChangeRun =>
  running(
    FLAGS.replace('image: example.com/shop:1', `image: example.com/shop:1\n                ${inContainer}`).replace(
      '            containers:',
      `${inSpec === '' ? '' : `            ${inSpec}\n`}            containers:`,
    ),
  );
const dataOf = async ({ example }: ChangeRun): Promise<unknown> =>
  example.send('v1: get configmaps', { name: 'flags' });
const readers = async (run: ChangeRun) => {
  const { checks } = await run.dryRun(to('off'));
  return checks.find(({ name }) => name === 'pods that read it');
};

describe('a key', () => {
  test('is set once, Checkrein owns none of it, and the undo writes the old value back', async () => {
    const run = running();
    const change = await run.proposed(to('off'));
    expect(change.before).toEqual({ value: 'on', checkreinManages: false });
    expect(await run.applied(change)).toEqual([]);
    await run.applied(change);
    const writes = run.example.calls.filter((call) => call.mutating && !call.dryRun);
    expect(writes).toHaveLength(2);
    expect(await dataOf(run)).toMatchObject({ data: { new_basket: 'off', api: 's3cr3t' } });
    expect(await run.holds(change)).toBe(true);
    expect((await run.example.get('configmaps', 'flags')).metadata.managedFields.map((one) => one.manager)).toEqual([
      'kubectl-client-side-apply',
    ]);
    await run.applied(run.undoing(change));
    expect(await dataOf(run)).toMatchObject({ data: { new_basket: 'on', api: 's3cr3t' } });
  });

  test('is all that is recorded: values of other keys are in no part of a plan', async () => {
    const run = running();
    const change = await run.proposed(to('off'));
    const plan = [change, await run.dryRun(to('off')), await tool.configuration(to('off'), run.context)];
    expect(JSON.stringify([...plan, tool.inverse(change), await run.facts(to('off'))])).not.toContain('s3cr3t');
  });

  test('into which somebody writes a secret after the approval shows none of it, and differs from the plan', async () => {
    const run = running();
    const change = await run.proposed(to('off'));
    const merge = { data: { new_basket: 'postgres://shop:Xk29vbqLw83@db/shop' } };
    run.example.cluster.drift({ of: 'shop/configmaps/flags', manager: 'kubectl', merge });
    const now = await run.state(to('off'));
    expect(now).toEqual({ value: null, hidden: true, checkreinManages: false });
    const said = [now, tool.postCondition(change, now), tool.shown({ ...change, before: now })];
    expect(JSON.stringify(said)).not.toContain('Xk29');
    expect(await run.holds(change)).toBe(false);
    await expect(run.apply(change)).rejects.toThrow(/^(?!.*Xk29).*Somebody else changed/);
  });

  test('that somebody else wrote right before is not written over', async () => {
    const run = running();
    const change = await run.proposed(to('off'));
    const of = 'shop/configmaps/flags';
    run.example.cluster.drift({ of, manager: 'kubectl', merge: { data: { new_basket: 'half' } } });
    await expect(run.apply(change)).rejects.toThrow(/Somebody else changed shop\/configmaps\/flags right before/);
  });
});

describe('who sees the new value, and when:', () => {
  test.each([
    ['env: [{ name: NEW, valueFrom: { configMapKeyRef: { name: flags, key: new_basket } } }]', ''],
    ['envFrom: [{ configMapRef: { name: flags } }]', ''],
    [
      'volumeMounts: [{ name: v, mountPath: /etc/flag, subPath: new_basket }]',
      'volumes: [{ name: v, configMap: { name: flags } }]',
    ],
  ])('a pod only after a restart, by %s', async (inContainer, inSpec) => {
    expect(await readers(reading(inContainer, inSpec))).toEqual({
      name: 'pods that read it',
      outcome: 'warning',
      detail: 'Only after a restart (a variable, or a file by subPath): Deployment checkout (2 pods).',
    });
  });

  test.each([
    'volumes: [{ name: v, configMap: { name: flags } }]',
    'volumes: [{ name: v, projected: { sources: [{ configMap: { name: flags, items: [{ key: new_basket, path: f }] } }] } }]',
  ])('a pod within a minute, by %s', async (inSpec) => {
    const run = reading('volumeMounts: [{ name: v, mountPath: /etc/flags }]', inSpec);
    expect(await readers(run)).toMatchObject({
      outcome: 'passed',
      detail: 'Within about a minute (a volume): Deployment checkout (2 pods).',
    });
    expect(await run.facts(to('off'))).toEqual({
      fleetSize: 2,
      fleetAffectedPercent: 0,
      inServiceAfter: 2,
      downtimeSeconds: 0,
      gitOpsManaged: false,
    });
  });

  test.each([
    ['env: [{ name: NEW, valueFrom: { configMapKeyRef: { name: flags, key: api } } }]', ''],
    [
      'volumeMounts: [{ name: v, mountPath: /etc/flags }]',
      'volumes: [{ name: v, configMap: { name: flags, items: [{ key: api, path: f }] } }]',
    ],
  ])('no pod that reads another key, by %s', async (inContainer, inSpec) => {
    expect((await readers(reading(inContainer, inSpec)))?.detail).toMatch(/^No pod of the namespace names this key/);
  });
});

describe('it is refused, with what to do instead,', () => {
  const refusal = async (input: ReturnType<typeof to>, yaml: string = FLAGS): Promise<string> =>
    running(yaml)
      .facts(input)
      .then(
        () => 'it was not refused',
        (error: unknown) => (error instanceof Error ? error.message : 'no error'),
      );

  test.each([
    [
      'of a key that is not there',
      to('off', { key: 'old_basket' }),
      FLAGS,
      /no text under the key old_basket, and none/,
    ],
    ['where nothing would change', to('on'), FLAGS, /has this value already/],
    ['of an immutable ConfigMap', to('off'), `${SHOP}${config(`${DATA}, immutable: true`)}`, /flags is immutable/],
    [
      'of what an undo could not write back',
      to('off'),
      `${SHOP}${config(`data: { new_basket: "${'x '.repeat(1001)}" }`)}`,
      /has 2002 characters; an undo can write 2000 back/,
    ],
    [
      'of a present value that the trace leaves out',
      to('off'),
      `${SHOP}${config('data: { new_basket: "postgres://shop:Xk29vbqLw83@db/shop" }')}`,
      /The present value of new_basket looks like a secret/,
    ],
    [
      'of a new value that the trace leaves out',
      to('AKIAQWERTYUIOPASDFGH'),
      FLAGS,
      /The new value of new_basket looks like a secret/,
    ],
  ])('%s', async (_name, input, yaml, message) => {
    const said = await refusal(input, yaml);
    expect(said).toMatch(message);
    expect(said).not.toMatch(/Xk29|AKIA/);
  });

  test('of what decides about the cluster itself', () => {
    const before = { value: 'on', checkreinManages: false };
    expect(() => tool.predict(to('off', { namespace: 'kube-system' }), before)).toThrow(/escalate to whoever runs/);
    expect(() => tool.predict(to('off', { name: 'aws-auth' }), before)).toThrow(/escalate to whoever runs/);
  });
});

describe('the approver reads', () => {
  test('which key changes, and not only its values', async () => {
    const change = await running().proposed(to('off'));
    expect(tool.shown(change)).toEqual({
      before: { data: { new_basket: 'on' } },
      after: { data: { new_basket: 'off' } },
    });
  });

  test('who wrote the key last, and when', async () => {
    const run = running(
      `${FLAGS}  changes: [{ at: +20s, of: shop/configmaps/flags, manager: kubectl-edit, merge: { data: { new_basket: maybe } } }]\n`,
    );
    const { checks } = await run.dryRun(to('off'));
    expect(checks.find(({ name }) => name === 'last write')?.detail).toBe(
      'By kubectl-edit (Update), which last wrote this ConfigMap at 2026-11-20 09:26:40 UTC. The cluster keeps no name of a person.',
    );
    expect(checks.find(({ name }) => name === 'field owners')?.detail).toBe(
      'kubectl-edit manages data.new_basket. That was written by hand, so nothing writes the old value back by itself; whoever did it does not know of this change.',
    );
  });
});

import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { tool as restartRollout } from '../../../../lambdas/tools/restart-rollout/tool.ts';
import { tool as scaleWorkload } from '../../../../lambdas/tools/scale-workload/tool.ts';
import { tool as setResources } from '../../../../lambdas/tools/set-resources/tool.ts';
import { tool as undoRollout } from '../../../../lambdas/tools/undo-rollout/tool.ts';
import type { ChangeTool } from '../../../../lambdas/tools/tool.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

const place = { cluster: 'shop-eu', namespace: 'shop', kind: 'deployments', name: 'checkout' };
const why = 'The pods are killed at 97 % of their limit.';
const SCALE = { ...place, replicas: 3, why };
const RESOURCES = { ...place, container: 'web', requests: {}, limits: { memory: '768Mi' }, why };
const ARGO = 'annotations: { argocd.argoproj.io/tracking-id: "shop-prod:apps/Deployment:shop/checkout" }';

/** The shop, with these metadata on its Deployment besides. */
const marked = (metadata: string): string =>
  SHOP.replace(
    'metadata: { name: checkout, namespace: shop, labels: { app: checkout } }\n      spec:\n        replicas',
    `metadata: { name: checkout, namespace: shop, ${metadata} }\n      spec:\n        replicas`,
  );
const writtenBy = (manager: string): string =>
  `${SHOP}  writers: [{ of: shop/deployments/checkout, manager: ${manager}, at: -3d }]\n`;

const running = (yaml: string, tool: ChangeTool = scaleWorkload): ChangeRun => {
  const example = new ExampleCluster(yaml);
  example.wait(60);
  return new ChangeRun(tool, example);
};
const refused = async (tool: ChangeTool, input: JsonObject, yaml: string): Promise<string | undefined> => {
  const run = running(yaml, tool);
  return tool.whenRefused(await run.proposed(input), await run.facts(input), run.context);
};

describe('what Argo CD or Flux writes from Git', () => {
  test.each([
    ['a tracking id of Argo CD', marked(ARGO), 'the Argo CD application shop-prod'],
    ['a label of Argo CD', marked('labels: { argocd.argoproj.io/instance: shop }'), 'the Argo CD application shop'],
    [
      'a label of a Flux Kustomization',
      marked('labels: { kustomize.toolkit.fluxcd.io/name: apps, kustomize.toolkit.fluxcd.io/namespace: flux-system }'),
      'the Flux Kustomization flux-system/apps',
    ],
    [
      'a label of a Flux HelmRelease',
      marked('labels: { helm.toolkit.fluxcd.io/name: shop, app.kubernetes.io/managed-by: Helm }'),
      'the Flux HelmRelease shop',
    ],
    ['the field manager of Argo CD', writtenBy('argocd-controller'), 'Argo CD (the field manager argocd-controller)'],
    ['a field manager of Flux', writtenBy('kustomize-controller'), 'Flux (the field manager kustomize-controller)'],
  ])('is found by %s, and named', async (_, yaml, source) => {
    expect(await running(yaml).facts(SCALE)).toMatchObject({ gitOpsManaged: true });
    expect(await refused(scaleWorkload, SCALE, yaml)).toContain(`checkout is written by ${source}.`);
  });

  test('is not what only has an instance label, which every chart sets', async () => {
    const yaml = marked('labels: { app.kubernetes.io/instance: shop }');
    expect(await running(yaml).facts(SCALE)).toMatchObject({ gitOpsManaged: false });
    expect(await refused(scaleWorkload, SCALE, yaml)).toBeUndefined();
  });

  test('is answered with a patch to commit that has exactly the fields of the change', async () => {
    const text = (await refused(setResources, RESOURCES, marked(ARGO))) ?? '';
    expect(parse(text.slice(text.indexOf('apiVersion')))).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'checkout', namespace: 'shop' },
      spec: { template: { spec: { containers: [{ name: 'web', resources: { limits: { memory: '768Mi' } } }] } } },
    });
    const scaled = (await refused(scaleWorkload, SCALE, marked(ARGO))) ?? '';
    expect(parse(scaled.slice(scaled.indexOf('apiVersion')))).toMatchObject({ spec: { replicas: 3 } });
    const restarted = (await refused(restartRollout, { ...place, why }, marked(ARGO))) ?? '';
    expect(restarted).toMatch(/annotations:\n +checkrein\.dev\/restarted: sha256:/);
  });

  test('is answered without values that may be secrets', async () => {
    const env = [{ name: 'PASSWORD', value: 'hunter2-hidden' }];
    const merge = { spec: { template: { spec: { containers: [{ name: 'web', image: 'example.com/shop:2', env }] } } } };
    const yaml = `${marked(ARGO)}  changes: [{ at: -90m, of: shop/deployments/checkout, manager: argocd-controller, merge: ${JSON.stringify(merge)} }]\n`;
    const text = (await refused(undoRollout, { ...place, revision: 1, why }, yaml)) ?? '';
    expect(text).toContain('image: example.com/shop:1');
    expect(text).toMatch(/values are not shown: spec\.template\.spec\.containers\[web\]\.env\.$/);
    expect(text).not.toContain('hunter2');
  });

  test('is said in the report of a dry run, and looked at again after the controller has been', async () => {
    const dryRun = await running(marked(ARGO)).dryRun(SCALE);
    expect(dryRun.checks.at(-1)).toEqual({
      name: 'GitOps',
      outcome: 'warning',
      detail:
        'the Argo CD application shop-prod writes this object from Git, and writes the old values back unless self-heal is off or the fields are ignored: spec.replicas. Commit the same change.',
    });
    expect(dryRun.writtenBackAfter).toBe(300);
    expect((await running(writtenBy('helm-controller')).dryRun(SCALE)).writtenBackAfter).toBe(720);
    expect((await running(SHOP).dryRun(SCALE)).writtenBackAfter).toBeUndefined();
  });
});

test('of a plain Helm release the report names the release and the fields to change there', async () => {
  const helm = marked(
    'labels: { app.kubernetes.io/managed-by: Helm, helm.sh/chart: shop-1.2.0 }, annotations: { meta.helm.sh/release-name: shop }',
  );
  const { checks, writtenBackAfter } = await running(helm, setResources).dryRun(RESOURCES);
  expect(checks.at(-1)).toEqual({
    name: 'Helm release',
    outcome: 'warning',
    detail:
      'the next `helm upgrade` of the release shop (chart shop-1.2.0) writes the old values back: change spec.template.spec.containers[web].resources.limits.memory in its values or templates.',
  });
  expect(writtenBackAfter).toBeUndefined();
  expect(await running(helm).facts(SCALE)).toMatchObject({ gitOpsManaged: false });
});

test('a refused cut is told what was measured, or why nothing was', async () => {
  const cut = { ...RESOURCES, limits: { memory: '400Mi' } };
  const measured = `${SHOP}  usage: [{ of: shop/deployments/checkout, memoryMiB: 350 }]\n`;
  expect(await refused(setResources, cut, measured)).toMatch(
    /^The measured peak: memory of web: 350 MiB at .*, 88 % of its limit of 400 MiB after the change; p95 350 MiB\./,
  );
  expect(await refused(setResources, cut, `${SHOP}  usageSince: -1d\n`)).toMatch(
    /^The measured peak: not known, so it counts as 100 %: the simulated cluster has memory of checkout\/web for only 7 %/,
  );
  expect(await refused(setResources, RESOURCES, measured)).toBeUndefined();
});

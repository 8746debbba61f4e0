import assert from 'node:assert/strict';
import { JsonObject } from '../../../lambdas/contracts/json.ts';
import { tool } from '../../../lambdas/tools/undo-rollout/tool.ts';
import type { Change } from '../../../lambdas/tools/tool.ts';
import { assertRefused, type Check } from '../check.ts';
import { serverSideApply } from '../cluster.ts';
import { KINDS, RolloutRun } from '../rollout-run.ts';

const FORMER = 'example.com/shop:1';

/** The same template with another image, and with a variable and an annotation that the present one does not have. */
const formerOf = (template: JsonObject): JsonObject => {
  const { spec, metadata } = template;
  const text = JSON.stringify(spec).replace('example.com/shop:2', FORMER);
  const former: unknown = JSON.parse(text.replace('"env":[', '"env":[{"name":"OLD","value":"yes"},'));
  return {
    ...template,
    metadata: { ...JsonObject.parse(metadata), annotations: { 'example.com/note': 'former' } },
    spec: JsonObject.parse(former),
  };
};

const undoing = (change: Change): Change => {
  const inverse = tool.inverse(change);
  assert(inverse.reversible, inverse.says);
  return { input: inverse.input, target: change.target, before: change.after, after: change.before };
};

const undoes: readonly Check[] = KINDS.map((kind) => ({
  promise: `undo_rollout takes a ${kind[1]} back to the very template of a revision, and its rollback to the very object`,
  async run(server) {
    const run = new RolloutRun(server, tool, kind);
    await run.start();
    const [present, { spec }] = [await run.template(), await run.object()];
    const former = formerOf(present);
    await run.keeps(1, former);
    await run.keeps(2, present);
    const change = await run.proposed(run.input({ revision: 1 }));
    const { fleetSize, cutPercent } = await tool.facts(change, run.context);
    assert.deepEqual([fleetSize, cutPercent], [2, 0]);
    const { checks } = await run.dryRun(change);
    assert.deepEqual(
      checks.map(({ name, outcome }) => [name, outcome]),
      [
        ['field owners', 'warning'],
        [`patch ${kind[0]}`, 'passed'],
      ],
      JSON.stringify(checks),
    );
    assert.match(checks[0]?.detail ?? '', /^kubectl-create manages spec\.template\.spec\.containers\[web\]\.image/);
    await run.applies(change);
    assert.deepEqual(await run.template(), former);
    await run.renumbers(1, 3);
    await run.renumbers(2, 4);
    await run.applies(undoing(change), 'undo');
    assert.deepEqual((await run.object()).spec, spec);
  },
}));

/** The tool itself, on the real server. */
export const UNDO_ROLLOUT_CHECKS: readonly Check[] = [
  ...undoes,
  {
    promise:
      'undo_rollout names the owner that a server-side apply names, and leaves its next apply no conflict with us',
    async run(server) {
      const run = new RolloutRun(server, tool, KINDS[0]);
      await run.start();
      const present = await run.template();
      await run.keeps(1, formerOf(present));
      const image = (value: string) => ({
        spec: { template: { spec: { containers: [{ name: 'web', image: value }] } } },
      });
      const asks = serverSideApply(run.name, image(FORMER), { dryRun: true });
      await assertRefused(server.admin, asks, 'Conflict', /conflict with "kubectl-create"/);
      await run.applies(await run.proposed(run.input({ revision: 1 })));
      await server.admin.send(serverSideApply(run.name, image('example.com/shop:3'), { manager: 'helm' }));
    },
  },
  {
    promise:
      'undo_rollout refuses a revision that the API server would complete, since nothing could be compared with it',
    async run(server) {
      const run = new RolloutRun(server, tool, KINDS[1]);
      await run.start();
      const containers = [{ name: 'web', image: FORMER }];
      await run.keeps(1, { metadata: { labels: { app: run.name } }, spec: { containers } });
      const { checks } = await run.dryRun(await run.proposed(run.input({ revision: 1 })));
      const write = checks.find(({ name }) => name.startsWith('patch '));
      assert.equal(write?.outcome, 'refused');
      assert.match(write.detail, /^The API server would make something else of this write/);
    },
  },
];

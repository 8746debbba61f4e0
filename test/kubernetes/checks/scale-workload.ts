import assert from 'node:assert/strict';
import * as z from 'zod';
import type { Cloud } from '../../../lambdas/contracts/ports.ts';
import { clusterUnavailable } from '../../../lambdas/providers/kubernetes/errors.ts';
import { tool } from '../../../lambdas/tools/scale-workload/tool.ts';
import type { Check } from '../check.ts';
import { KINDS, RolloutRun } from '../rollout-run.ts';

const [DEPLOYMENT] = KINDS;
const lost = () => clusterUnavailable('a patch', 'the connection ended');

/** Each request arrives, and no answer comes back. */
const withoutAnswers = (cloud: Cloud): Cloud => ({
  ...cloud,
  async send(request) {
    await cloud.send(request);
    throw lost();
  },
});
/** No request arrives. */
const cut = (cloud: Cloud): Cloud => ({
  ...cloud,
  async send() {
    throw lost();
  },
});

const Scaled = z.object({ replicas: z.int() });
const Written = z.object({ generation: z.int() });
const stateOf = async (run: RolloutRun) => {
  const { metadata, spec } = await run.object();
  return [Scaled.parse(spec).replicas, Written.parse(metadata).generation];
};

/** A change of the tool itself, whose requests or answers are lost, or which somebody else overtakes. */
export const SCALE_WORKLOAD_CHECKS: readonly Check[] = [
  {
    promise: 'scale_workload writes once, though requests and answers of its attempts are lost',
    async run(server) {
      const run = new RolloutRun(server, tool, DEPLOYMENT);
      await run.start();
      const change = await run.proposed(run.input({ replicas: 3 }));
      await assert.rejects(() => run.attempt(change, cut), /the connection ended/);
      assert.deepEqual(await stateOf(run), [2, 1]);
      for (let lostAnswers = 0; lostAnswers < 2; lostAnswers += 1)
        await assert.rejects(() => run.attempt(change, withoutAnswers), /the connection ended/);
      assert.match((await run.attempt(change))?.says ?? '', /^The rollout of .* goes on/);
      assert.deepEqual(await stateOf(run), [3, 2]);
      const { managedFields } = (await run.object()).metadata;
      assert(managedFields.every(({ manager }) => manager !== 'checkrein'));
    },
  },
  {
    promise: 'what somebody else sets between dry run and change is not written over by scale_workload',
    async run(server) {
      const run = new RolloutRun(server, tool, DEPLOYMENT);
      await run.start();
      const change = await run.proposed(run.input({ replicas: 3 }));
      await run.dryRun(change);
      await run.somebodySets({ replicas: 7 });
      await assert.rejects(() => run.attempt(change), /Somebody else changed .* right before the write/);
      assert.deepEqual(await stateOf(run), [7, 2]);
    },
  },
];

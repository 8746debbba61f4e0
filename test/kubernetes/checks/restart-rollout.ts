import assert from 'node:assert/strict';
import { tool } from '../../../lambdas/tools/restart-rollout/tool.ts';
import type { Check } from '../check.ts';
import { KINDS, RolloutRun } from '../rollout-run.ts';

/** The tool itself, on the real server. */
export const RESTART_ROLLOUT_CHECKS: readonly Check[] = KINDS.map((kind) => ({
  promise: `restart_rollout makes a new template of a ${kind[1]}, which differs in our annotation alone, and again the next time`,
  async run(server) {
    const run = new RolloutRun(server, tool, kind);
    await run.start();
    const before = await run.template();
    const change = await run.proposed(run.input());
    assert.equal((await tool.facts(change, run.context)).fleetSize, 2);
    const { checks } = await run.dryRun(change);
    assert.deepEqual(
      checks.map(({ name, outcome }) => [name, outcome]),
      [
        ['field owners', 'passed'],
        [`patch ${kind[0]}`, 'passed'],
      ],
      JSON.stringify(checks),
    );
    assert.deepEqual(await run.template(), before);
    await run.applies(change);
    assert.match(JSON.stringify(await run.template()), /"annotations":\{"checkrein\.dev\/restarted":"sha256:/);
    const again = await run.proposed(run.input());
    assert.deepEqual(again.before, change.after);
    await run.applies(again);
    assert.notDeepEqual(again.after, again.before);
  },
}));

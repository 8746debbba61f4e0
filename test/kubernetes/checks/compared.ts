import assert from 'node:assert/strict';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { CHANGE_TOOLS, OBSERVE_TOOLS } from '../../../lambdas/tools/catalogue.ts';
import type { Change, ChangeTool } from '../../../lambdas/tools/tool.ts';
import { subjectFor } from '../../fixtures/subjects.ts';
import type { ApiServer } from '../api-server.ts';
import type { Check } from '../check.ts';
import { CLUSTER, COMPARED } from '../cluster.ts';
import { CHANGES, READS } from '../compared/inputs.ts';
import { isKnown, KNOWN } from '../compared/known.ts';
import { Pair, type FoundDifference } from '../compared/pair.ts';
import { REFUSALS } from '../compared/refusals.ts';
import { COMPARED_TOOLS, setUpCompared } from '../compared/set-up.ts';
import type { Side } from '../compared/sides.ts';

let made: Promise<Pair> | undefined;

/** The two clusters, which all checks share: each has its own workloads in them. */
const pairOf = (server: ApiServer): Promise<Pair> => (made ??= startPair(server));

const startPair = async (server: ApiServer): Promise<Pair> => {
  const pair = new Pair(server);
  await setUpCompared(server, pair.simulator);
  await pair.start();
  return pair;
};

/** What was found of the differences that are known. */
const seen = new Set<(typeof KNOWN)[number]>();

const assertAlike = (found: readonly FoundDifference[]): void => {
  const unknown = found.filter((one) => {
    const known = KNOWN.filter((line) => isKnown(line, one));
    for (const line of known) seen.add(line);
    return known.length === 0;
  });
  assert(unknown.length === 0, shownDifferences(unknown));
};

/** Each difference once, wherever in a list it is. */
const shownDifferences = (found: readonly FoundDifference[]): string => {
  const byPlace = new Map(found.map((one) => [`${one.in}: ${one.path.replaceAll(/\[\d+\]/g, '[]')}`, one]));
  const shown = [...byPlace].map(
    ([place, { simulator, server }]) =>
      `${place}\n  simulator ${JSON.stringify(simulator)}\n  server    ${JSON.stringify(server)}`,
  );
  return `${found.length} differences:\n${shown.join('\n')}`;
};

const withPlace = (input: JsonObject): JsonObject => ({ cluster: CLUSTER, namespace: COMPARED, ...input });

const contextOf = (pair: Pair, side: Side) => ({ cloud: side.reader, clock: pair.clock, subject: subjectFor() });

const reads: readonly Check[] = READS.map(([name, inputs]) => ({
  promise: `${name} reads the same of the simulator and of the real server`,
  async run(server) {
    const pair = await pairOf(server);
    const line = OBSERVE_TOOLS.find(({ manifest }) => manifest.name === name);
    assert(line !== undefined, `there is no tool ${name}`);
    const { tool } = await line.load();
    const found: FoundDifference[] = [];
    for (const input of inputs) {
      const run = async (side: Side) => {
        await tool.run(withPlace(input), contextOf(pair, side));
        // Its text has ages of objects, which the server created just now.
        return null;
      };
      found.push(...(await pair.compare(`${name} ${JSON.stringify(input)}`, run)));
    }
    assertAlike(found);
  },
}));

/** A change tool on both clusters, each part after the other as the steps call it. */
class ComparedChange {
  readonly #pair: Pair;
  readonly #tool: ChangeTool;
  readonly #changes = new Map<Side['name'], Change>();
  readonly found: FoundDifference[] = [];

  constructor(pair: Pair, tool: ChangeTool) {
    this.#pair = pair;
    this.#tool = tool;
  }

  async whole(input: JsonObject, undo: boolean): Promise<void> {
    const tool = this.#tool;
    await this.#part('describe', async (side) => {
      const context = contextOf(this.#pair, side);
      const { target, state } = await tool.describe(input, context);
      this.#changes.set(side.name, { input, target, before: state, after: tool.predict(input, state) });
      // Digests and texts of whole objects: what they are made of was read, and is compared there.
      const { template, strategy, ...configuration } = await tool.configuration(input, context);
      return { target, state, configuration, has: [typeof template, typeof strategy] };
    });
    if (this.#changes.size < 2) return;
    const fit = new Set<Side['name']>();
    await this.#part('facts', async (side) => {
      const change = this.#of(side);
      const context = contextOf(this.#pair, side);
      const facts = { facts: await tool.facts(change, context), losses: await tool.losses(change, context) };
      fit.add(side.name);
      return facts;
    });
    // What cannot work is proposed no further.
    if (fit.size < 2) return;
    await this.#part('dry run', async (side) => tool.dryRun(this.#of(side), this.#changing(side, 'dry')));
    const applied = await this.#applied('apply');
    if (!undo || !applied) return;
    await this.#part('inverse', async (side) => {
      const { target, before, after } = this.#of(side);
      const inverse = tool.inverse(this.#of(side));
      assert(inverse.reversible);
      this.#changes.set(side.name, { input: inverse.input, target, before: after, after: before });
      return inverse;
    });
    await this.#applied('undo');
  }

  /** Applies until nothing is waited for on either side. */
  async #applied(mode: 'apply' | 'undo'): Promise<boolean> {
    for (let polls = 0; polls < 40; polls += 1) {
      const waits = new Map<Side['name'], unknown>();
      await this.#part(`${mode}, call ${polls + 1}`, async (side) => {
        waits.set(side.name, 'refused');
        const context = { ...this.#changing(side, mode), continues: polls > 0 };
        waits.set(side.name, await this.#tool.apply(this.#of(side), context));
        return waits.get(side.name) ?? null;
      });
      if ([...waits.values()].includes('refused')) return false;
      if ([...waits.values()].every((wait) => wait === undefined)) {
        await this.#part('verify', async (side) => {
          const { state } = await this.#tool.describe(this.#of(side).input, contextOf(this.#pair, side));
          const guards = await this.#tool.guards(this.#of(side), this.#changing(side, mode), this.#pair.clock.now());
          return { state, holds: this.#tool.postCondition(this.#of(side), state), guards };
        });
        return true;
      }
      await this.#pair.wait(20);
    }
    assert.fail('still waiting after 40 calls');
  }

  async #part(what: string, run: (side: Side) => Promise<unknown>): Promise<void> {
    this.found.push(...(await this.#pair.compare(`${this.#tool.manifest.name}, ${what}`, run)));
  }

  #of(side: Side): Change {
    const change = this.#changes.get(side.name);
    assert(change !== undefined);
    return change;
  }

  #changing(side: Side, mode: string) {
    const { target } = this.#of(side);
    const uid = 'uid' in target ? (target.uid ?? '') : '';
    const change = side.writer({ mode, operation: this.#tool.manifest.name, uid, rights: 'of the tools' });
    return { ...contextOf(this.#pair, side), change };
  }
}

const changes: readonly Check[] = CHANGES.map(({ tool: name, what, input, undo }) => ({
  promise: `${name} is the same change on the simulator and on the real server: ${what}`,
  async run(server) {
    const pair = await pairOf(server);
    const line = CHANGE_TOOLS.find(({ manifest }) => manifest.name === name);
    assert(line !== undefined, `there is no tool ${name}`);
    const { tool } = await line.load();
    const change = new ComparedChange(pair, tool);
    const why = 'A comparison of the simulator with a real API server.';
    await change.whole(withPlace({ ...(await input(pair.simulator)), why }), undo !== false);
    assertAlike(change.found);
  },
}));

const refusals: readonly Check[] = REFUSALS.map(({ promise, run: sends }) => ({
  promise: `simulator and real server: ${promise}`,
  async run(server) {
    const pair = await pairOf(server);
    assertAlike(await pair.compare(promise, sends));
  },
}));

/** The tools that are not compared, and why. */
const NOT_COMPARED: Readonly<Record<string, string>> = {
  query_prometheus: 'it asks no API server',
  set_volume_claim_size: 'its own checks run it on the real server, which has no driver that would grow a volume',
};

/** The simulator answers as the real server does, in all that tools read. */
export const COMPARED_CHECKS: readonly Check[] = [
  ...reads,
  ...refusals,
  ...changes,
  {
    promise: 'every tool on Kubernetes is compared, and every difference that is listed as known is still there',
    async run() {
      const compared = new Set<string>([...READS.map(([name]) => name), ...CHANGES.map(({ tool }) => tool)]);
      const missing = COMPARED_TOOLS.filter(({ name }) => !compared.has(name) && NOT_COMPARED[name] === undefined);
      assert.deepEqual(
        missing.map(({ name }) => name),
        [],
      );
      assert.deepEqual(
        KNOWN.filter((line) => !seen.has(line)).map(({ reason }) => reason),
        [],
      );
    },
  },
];

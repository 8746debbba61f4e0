import { expect } from 'vitest';
import type { Json, JsonObject } from '../../../../lambdas/contracts/json.ts';
import type { Cloud } from '../../../../lambdas/contracts/ports.ts';
import type { ChangeTool, Change, InProgress } from '../../../../lambdas/tools/tool.ts';
import { subjectFor } from '../../../fixtures/subjects.ts';
import type { ExampleCluster } from '../../../local/cluster/example-cluster.ts';

/** A change tool on a simulated cluster: each part of a change as the steps call it, with the calls of its manifest alone. */
export class ChangeRun {
  readonly #tool: ChangeTool;
  readonly example: ExampleCluster;
  readonly #reads: Cloud;

  constructor(tool: ChangeTool, example: ExampleCluster) {
    this.#tool = tool;
    this.example = example;
    this.#reads = example.session({ calls: tool.manifest.reads });
  }

  get context() {
    return { cloud: this.#reads, clock: this.example.clock, subject: subjectFor() };
  }

  /** The state of the target now. */
  async state(input: JsonObject): Promise<Json> {
    return (await this.#tool.describe(input, this.context)).state;
  }

  async proposed(input: JsonObject): Promise<Change> {
    const { target, state } = await this.#tool.describe(input, this.context);
    return { input, target, before: state, after: this.#tool.predict(input, state) };
  }

  async facts(input: JsonObject) {
    return this.#tool.facts(await this.proposed(input), this.context);
  }

  async dryRun(input: JsonObject) {
    const change = await this.proposed(input);
    return this.#tool.dryRun(change, { ...this.context, change: this.#session(change, 'dry') });
  }

  /** One call of `apply`. */
  apply(change: Change, continues = false): Promise<InProgress | undefined> {
    return this.#tool.apply(change, { ...this.context, change: this.#session(change, 'apply'), continues });
  }

  /** Applies, and goes on until nothing is waited for, as the state machine does. Returns what was waited for. */
  async applied(change: Change): Promise<readonly string[]> {
    const waited: string[] = [];
    for (let polls = 0; polls < 60; polls += 1) {
      const inProgress = await this.apply(change, polls > 0);
      if (inProgress === undefined) return waited;
      waited.push(inProgress.says);
      this.example.wait(inProgress.seconds);
    }
    expect.fail(`still waiting after 60 polls: ${waited.at(-1) ?? ''}`);
  }

  /** The change that undoes another one. */
  undoing(change: Change): Change {
    const inverse = this.#tool.inverse(change);
    if (!inverse.reversible) expect.fail(`it has no inverse: ${inverse.says}`);
    return { input: inverse.input, target: change.target, before: change.after, after: change.before };
  }

  async holds(change: Change): Promise<boolean> {
    return this.#tool.postCondition(change, (await this.#tool.describe(change.input, this.context)).state).holds;
  }

  #session({ target }: Change, mode: 'dry' | 'apply'): Cloud {
    return this.example.change(mode, this.#tool.manifest.name, 'uid' in target ? (target.uid ?? '') : '');
  }
}

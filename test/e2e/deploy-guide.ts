import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandBlocks, isExempt, tableRows, type CommandBlock } from './blocks.ts';
import { E2eFailure } from './failure.ts';
import { REPOSITORY_ROOT } from './paths.ts';
import { timedStep } from './progress.ts';
import type { Shell } from './shell.ts';

/** The heading in docs/e2e.md over the blocks that are not run, and why. */
export const NOT_RUN = 'Commands that are not run';

/** Somebody who follows docs/deploy.md word by word. */
export interface DeployGuide {
  /** Runs the next block that can be run here. It has to begin with these words. What it printed. */
  runNext(beginning: string): Promise<string>;
  /** Fails if there is a block that was neither run nor excused. */
  assertAllRun(): void;
}

/** Opens the page and the list of excuses. */
export const openDeployGuide = (shell: Shell): DeployGuide => {
  const read = (page: string): string => readFileSync(join(REPOSITORY_ROOT, 'docs', page), 'utf8');
  const exemptions = tableRows(read('e2e.md'), NOT_RUN);
  const ahead = commandBlocks(read('deploy.md')).filter((block) => !isExempt(block, exemptions));
  return {
    runNext: async (beginning) => {
      const block = ahead.shift();
      if (block?.text.startsWith(beginning) !== true)
        throw new E2eFailure(`Not "${beginning}" comes next, but ${positionOf(block)}.`, 'The stories follow the page.');
      return timedStep(`docs/deploy.md: ${beginning}`, () => shell.run(block.text));
    },
    assertAllRun: () => {
      assert.deepEqual(ahead.map(positionOf), [], `blocks that were not run, and stand not under "${NOT_RUN}"`);
    },
  };
};

const positionOf = (block: CommandBlock | undefined): string =>
  block === undefined ? 'the end of docs/deploy.md' : `docs/deploy.md:${block.line}, under ${block.section}`;

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksIn, isExcused, rowsUnder, type Block } from './blocks.ts';
import { E2eFailure } from './failure.ts';
import { E2E_ROOT } from './paths.ts';
import { doing } from './progress.ts';
import type { Shell } from './shell.ts';

/** The heading in docs/e2e.md over the blocks that are not run, and why. */
export const NOT_RUN = 'Commands that are not run';

/** Somebody who follows docs/deploy.md word by word. */
export interface Reader {
  /** Runs the next block that can be run here. It has to begin with these words. What it printed. */
  follow(beginning: string): Promise<string>;
  /** Fails if there is a block that was neither run nor excused. */
  mustBeAtTheEnd(): void;
}

/** Opens the page and the list of excuses. */
export const openDeployPage = (shell: Shell): Reader => {
  const read = (page: string): string => readFileSync(join(E2E_ROOT, 'docs', page), 'utf8');
  const excuses = rowsUnder(read('e2e.md'), NOT_RUN);
  const ahead = blocksIn(read('deploy.md')).filter((block) => !isExcused(block, excuses));
  return {
    follow: async (beginning) => {
      const block = ahead.shift();
      if (block?.text.startsWith(beginning) !== true)
        throw new E2eFailure(`Not "${beginning}" comes next, but ${placeOf(block)}.`, 'The stories follow the page.');
      return doing(`docs/deploy.md: ${beginning}`, () => shell.type(block.text));
    },
    mustBeAtTheEnd: () => {
      assert.deepEqual(ahead.map(placeOf), [], `blocks that were not run, and stand not under "${NOT_RUN}"`);
    },
  };
};

const placeOf = (block: Block | undefined): string =>
  block === undefined ? 'the end of docs/deploy.md' : `docs/deploy.md:${block.line}, under ${block.section}`;

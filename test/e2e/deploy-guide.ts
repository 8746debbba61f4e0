import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandBlocks, isExempt, tableRows, type CommandBlock } from './blocks.ts';
import { E2eFailure } from './failure.ts';
import { REPOSITORY_ROOT } from './paths.ts';
import { timedStep } from './progress.ts';
import type { Shell } from './shell.ts';

/** The heading in docs/e2e.md above the table of blocks that are not run. */
export const NOT_RUN = 'Commands that are not run';

/** The command blocks of docs/deploy.md, run in the order of the page. */
export interface DeployGuide {
  /** Runs the next block that is not exempt, which must begin with these words. Returns its output. */
  runNext(beginning: string): Promise<string>;
  /** Runs a block further ahead, which is then no longer ahead. Returns its output. */
  runAhead(beginning: string): Promise<string>;
  /** Fails if a block was neither run nor is exempt. */
  assertAllRun(): void;
}

/** Reads the page and the table of exempt blocks. */
export const openDeployGuide = (shell: Shell): DeployGuide => {
  const read = (page: string): string => readFileSync(join(REPOSITORY_ROOT, 'docs', page), 'utf8');
  const exemptions = tableRows(read('e2e.md'), NOT_RUN);
  const ahead = commandBlocks(read('deploy.md')).filter((block) => !isExempt(block, exemptions));
  const run = (beginning: string, block: CommandBlock | undefined): Promise<string> => {
    if (block?.text.startsWith(beginning) !== true)
      throw new E2eFailure(
        `The next block is not "${beginning}" but ${positionOf(block)}.`,
        'The scenarios follow the page.',
      );
    return timedStep(`docs/deploy.md: ${beginning}`, () => shell.run(block.text));
  };
  return {
    runNext: (beginning) => run(beginning, ahead.shift()),
    runAhead: (beginning) => {
      const index = ahead.findIndex((block) => block.text.startsWith(beginning));
      return run(beginning, index < 0 ? undefined : ahead.splice(index, 1)[0]);
    },
    assertAllRun: () => {
      assert.deepEqual(ahead.map(positionOf), [], `blocks that were not run and are not listed under "${NOT_RUN}"`);
    },
  };
};

const positionOf = (block: CommandBlock | undefined): string =>
  block === undefined ? 'the end of docs/deploy.md' : `docs/deploy.md:${block.line}, under ${block.section}`;

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { packageFile } from '../../lambdas/kernel/policy/rules/package-root.ts';
import type { ServerCheck } from '../e2e/run-checks.ts';

const MEGABYTE = 1024 * 1024;

/** What a packed release must be before it is published. */
export const GATES: readonly ServerCheck<string>[] = [
  {
    promise: 'the tarball has at most 1.5 MB and 350 files, and no source, test or secret',
    run: async (tarball) => {
      const files = execFileSync('tar', ['tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
      assert(statSync(tarball).size <= 1.5 * MEGABYTE, `it has ${statSync(tarball).size} bytes`);
      assert(files.length <= 350, `it has ${files.length} files`);
      const foreign = files.filter((file) => /^package\/(test|docs|lambdas|lib|local|\.)|\.env/.test(file));
      assert.deepEqual(foreign, []);
    },
  },
  {
    promise: 'publint finds nothing in its package.json',
    run: async (tarball) => void run('publint', [tarball, '--strict']),
  },
  {
    promise: 'TypeScript finds the types of every entry, in each way of resolving modules that reads them',
    // The package is ESM only: from CommonJS, Node 22.12 and newer load it all the same.
    run: async (tarball) => void run('attw', [tarball, '--profile', 'esm-only']),
  },
];

const run = (command: string, args: readonly string[]): string =>
  execFileSync('npx', [command, ...args], { cwd: packageFile(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

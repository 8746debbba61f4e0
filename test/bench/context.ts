import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { synthesize } from '../../lib/synthesize.ts';

/** Rounds, folders and other things that every row of a run has in common. */
export interface BenchContext {
  /** A folder that is deleted after the run. */
  readonly folder: string;
  readonly rounds: number;
  /** Of row 8: incidents at once. */
  readonly incidents: number;
  /** Row 7 also verifies a trace of a million events. */
  readonly million: boolean;
  /** The commit that rows 8 and 10 compare with. */
  readonly before: string;
  /** The folder of a clone of sre-harness. */
  readonly sreHarness: string;
  readonly progress: (line: string) => void;
  readonly definitionOf: (rules: Rules) => JsonObject;
  /** The checkout of the commit to compare with, or why there is none. */
  readonly checkoutBefore: () => { readonly folder: string } | { readonly missing: string };
  readonly stop: () => void;
}

/** The checkout of this run. */
export const ROOT = join(import.meta.dirname, '../..');

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', stdio: 'pipe' });

/** A checkout of another commit. It has the packages of this one: what is compared is our code. */
const checkout = (folder: string, commit: string): ReturnType<BenchContext['checkoutBefore']> => {
  try {
    git('worktree', 'add', '--detach', '--quiet', folder, commit);
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return { folder };
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n').slice(0, 2).join(' ') : String(error);
    return { missing: `commit ${commit} was skipped, because git has no checkout of it: ${why}` };
  }
};

const removeCheckout = (folder: string): void => {
  try {
    git('worktree', 'remove', '--force', folder);
  } catch {
    // There was none.
  }
};

type Given = Pick<BenchContext, 'rounds' | 'incidents' | 'million' | 'before' | 'sreHarness' | 'progress'>;

/** What the rows share. One definition, because synthesizing takes longer than an incident. */
export const benchContext = (given: Given): BenchContext => {
  const folder = mkdtempSync(join(tmpdir(), 'checkrein-bench-'));
  const before = join(folder, 'before');
  let definition: JsonObject | undefined;
  let found: ReturnType<BenchContext['checkoutBefore']> | undefined;
  return {
    ...given,
    folder,
    definitionOf: (rules) => (definition ??= synthesize(rules).stateMachineDefinition),
    checkoutBefore: () => (found ??= checkout(before, given.before)),
    stop: () => {
      removeCheckout(before);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

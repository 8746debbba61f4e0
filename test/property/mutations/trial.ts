import { InputError } from '../../../lambdas/contracts/errors.ts';
import { withoutCheck, type KernelCheck, type TestRef } from './check.ts';
import { runTests, type TestRun } from './run-tests.ts';
import type { SourceCopy } from './source-copy.ts';

/**
 * The result of taking out one check. `caught`: its test failed. `missed`: its test passed, even if another one
 * failed. `crashed`: the tests did not run, which proves nothing.
 */
export interface Trial {
  readonly check: KernelCheck;
  readonly outcome: 'caught' | 'missed' | 'crashed';
  /** Titles of the tests that failed, in the file of the check's test. */
  readonly failed: readonly string[];
  readonly why: string;
}

const isSame = (one: TestRef, other: TestRef): boolean => one.file === other.file && one.title === other.title;

/** Makes sure that the tests of all checks pass on the code as it is. */
export const expectPassing = async (copy: SourceCopy, checks: readonly KernelCheck[]): Promise<void> => {
  const run = await runTests(copy.root, [...new Set(checks.map(({ test }) => test.file))]);
  if (run.kind === 'crashed') throw new InputError('The tests', run.why, 'tests that run on the code as it is');
  const missing = checks.filter(({ test }) => !run.passed.some((passed) => isSame(passed, test)));
  if (missing.length === 0) return;
  const list = missing.map(({ name, test }) => `${name}: “${test.title}” in ${test.file}`).join('\n  ');
  throw new InputError('The list of checks', `these tests do not pass, or do not exist:\n  ${list}`, 'tests that pass');
};

/** Takes one check out of the copy, runs the file of its test, and puts the check back. */
export const tryWithout = async (copy: SourceCopy, check: KernelCheck): Promise<Trial> => {
  const run = await copy.withChange(
    check.file,
    (code) => withoutCheck(code, check),
    () => runTests(copy.root, [check.test.file]),
  );
  return { check, ...outcomeOf(check, run) };
};

const outcomeOf = ({ test }: KernelCheck, run: TestRun): Omit<Trial, 'check'> => {
  if (run.kind === 'crashed') return { outcome: 'crashed', failed: [], why: run.why };
  const failed = run.failed.map(({ title }) => title);
  return run.failed.some((one) => isSame(one, test))
    ? { outcome: 'caught', failed, why: '' }
    : { outcome: 'missed', failed, why: `This test passes without it: ${test.title}` };
};

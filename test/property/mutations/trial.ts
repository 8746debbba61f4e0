import { InputError } from '../../../lambdas/contracts/errors.ts';
import { type KernelCheck, type TestName, withoutCheck } from './check.ts';
import type { Tree } from './tree.ts';
import { runTests, type TestRun } from './vitest.ts';

/**
 * What taking one check out came to. `caught`: its test failed. `missed`: its test passed, whether or not another one
 * failed. `crashed`: no test could speak, so nothing is shown.
 */
export interface Trial {
  readonly check: KernelCheck;
  readonly outcome: 'caught' | 'missed' | 'crashed';
  /** Names of the tests that failed, all of them in the file of the check's test. */
  readonly failed: readonly string[];
  readonly why: string;
  readonly seconds: number;
}

const isSame = (one: TestName, other: TestName): boolean => one.file === other.file && one.name === other.name;

/** Every named test must pass on the code as it is, or its failure would show nothing. */
export const expectSound = async (tree: Tree, checks: readonly KernelCheck[]): Promise<void> => {
  const run = await runTests(tree.root, [...new Set(checks.map(({ test }) => test.file))]);
  if (run.kind === 'crashed') throw new InputError('the tests', run.why, 'tests that run on the code as it is');
  const missing = checks.filter(({ test }) => !run.passed.some((passed) => isSame(passed, test)));
  const [first] = missing;
  if (first === undefined) return;
  throw new InputError(
    `the check ${first.name}`,
    `its test does not pass, or there is none of that name in ${first.test.file}: ${first.test.name}`,
    'the name of a test that passes on the code as it is, with those of its describe blocks before it, joined by " > "',
  );
};

/** Takes one check out of the copy, runs the file of its test, and puts the check back. */
export const tryWithout = async (tree: Tree, check: KernelCheck): Promise<Trial> => {
  const started = performance.now();
  const run = await tree.during(
    check.file,
    (code) => withoutCheck(code, check),
    () => runTests(tree.root, [check.test.file]),
  );
  return { check, ...judged(check, run), seconds: Math.round((performance.now() - started) / 100) / 10 };
};

const judged = ({ test }: KernelCheck, run: TestRun): Pick<Trial, 'outcome' | 'failed' | 'why'> => {
  if (run.kind === 'crashed') return { outcome: 'crashed', failed: [], why: run.why };
  const failed = run.failed.map(({ name }) => name);
  return run.failed.some((one) => isSame(one, test))
    ? { outcome: 'caught', failed, why: '' }
    : { outcome: 'missed', failed, why: `This test passes without it: ${test.name}` };
};

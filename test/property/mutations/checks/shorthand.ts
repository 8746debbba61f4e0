import type { KernelCheck, TestName } from '../check.ts';

/** Tests of one file. */
export const testsOf =
  (file: string) =>
  (name: string): TestName => ({ file: `test/lambdas/${file}.test.ts`, name });

/** What an entry says besides the file that its neighbours share. */
type Entry = Omit<KernelCheck, 'file'>;

/** Checks that one file makes. */
export const checksIn = (file: string, ...entries: readonly Entry[]): KernelCheck[] =>
  entries.map((entry) => ({ ...entry, file: `lambdas/${file}.ts` }));

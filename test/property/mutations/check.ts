import type { Check } from '../../../lambdas/contracts/checks.ts';
import { InputError } from '../../../lambdas/contracts/errors.ts';

/** A test, by its own title without those of its describe blocks. */
export interface TestRef {
  readonly file: string;
  readonly title: string;
}

/** One check that stops a change: how to take it out of the code, and the test that then fails. */
export interface KernelCheck {
  /** Used by `--only`: where the check is made, and what it checks. */
  readonly name: string;
  /** Its name on the trace, if it is recorded there. */
  readonly kind?: Check['check'];
  /** What is true as long as the check is there. */
  readonly holds: string;
  readonly file: string;
  /** A piece of code that occurs exactly once in the file. */
  readonly find: string;
  /** The code without the check. Default: `false`, for a `find` that is a condition. */
  readonly replace?: string;
  readonly test: TestRef;
}

/** The tests of one file, by title. */
export const testsOf =
  (file: string) =>
  (title: string): TestRef => ({ file: `test/${file}.test.ts`, title });

/** Takes one row out of a table of checks. */
export const withoutRow = (kind: Check['check']): Pick<KernelCheck, 'kind' | 'find' | 'replace'> => ({
  kind,
  find: `check: '${kind}', run:`,
  replace: `check: '${kind}', run: () => undefined, was:`,
});

const occurrences = (text: string, piece: string): number => text.split(piece).length - 1;

/** Why a check cannot be taken out of the code of its file; undefined if it can. */
export const findFault = (code: string, { name, file, find }: KernelCheck): string | undefined => {
  const times = occurrences(code, find);
  return times === 1 ? undefined : `${name}: its \`find\` occurs ${times} times in ${file}: ${JSON.stringify(find)}`;
};

/** The code of a file without one check. */
export const withoutCheck = (code: string, check: KernelCheck): string => {
  const fault = findFault(code, check);
  if (fault !== undefined)
    throw new InputError(
      'The list of checks',
      fault,
      'a piece of code that occurs once; edit test/property/mutations/',
    );
  return code.replace(check.find, () => check.replace ?? 'false');
};

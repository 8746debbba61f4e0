import type { Check } from '../../../lambdas/contracts/checks.ts';
import { InputError } from '../../../lambdas/contracts/errors.ts';

/** A test, named from its outermost `describe` inwards, as a run reports it. */
export interface TestName {
  readonly file: string;
  readonly name: string;
}

/** One check of the kernel: how it would be taken out of the code, and the test that notices. */
export interface KernelCheck {
  /** What `--only` takes: where the check is made, and what it looks at. */
  readonly name: string;
  /** What it is called on the trace; left out where it stands in no list of checks. */
  readonly kind?: Check['check'];
  /** What holds as long as the check is there. */
  readonly holds: string;
  readonly file: string;
  /** A piece of the code that occurs exactly once in the file, and what stands in its place without the check. */
  readonly find: string;
  readonly replace: string;
  readonly test: TestName;
}

/** How often a piece of text occurs in another. */
export const occurrences = (text: string, piece: string): number => text.split(piece).length - 1;

/** The code of a file without one check. */
export const withoutCheck = (code: string, { name, file, find, replace }: KernelCheck): string => {
  const times = occurrences(code, find);
  if (times === 1) return code.replace(find, () => replace);
  throw new InputError(
    `the check ${name}`,
    `its text occurs ${times} times in ${file}: ${JSON.stringify(find)}`,
    'a piece of the code as it is now, long enough to occur once; edit prove/mutations/checks/',
  );
};

import { testsOf, type KernelCheck } from '../check.ts';

const numbers = testsOf('lambdas/steps/close/numbers-in-evidence');

/** Checks that send a conclusion back. They stop no change, but a person acts on what a conclusion says. */
export const CLOSE: readonly KernelCheck[] = [
  {
    name: 'close/numbers',
    holds: 'a conclusion with a number that stands nowhere in the evidence is sent back first',
    file: 'lambdas/steps/close/review.ts',
    find: 'onlyNumbers && wereNumbersSentBack(events)',
    replace: 'onlyNumbers',
    test: numbers('is sent back once, then accepted and marked in report and mail'),
  },
];

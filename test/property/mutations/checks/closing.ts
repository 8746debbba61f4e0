import { testsOf, type KernelCheck } from '../check.ts';

const review = testsOf('lambdas/steps/close/review');
const happened = testsOf('lambdas/kernel/trace/what-happened');

const numbers = testsOf('lambdas/steps/close/numbers-in-evidence');

/** What keeps an ending from claiming a change that was not made, or hiding one that was. */
export const CLOSING: readonly KernelCheck[] = [
  {
    name: 'conclude/plans',
    holds: 'no conclusion is accepted that contradicts the trace about a plan',
    file: 'lambdas/steps/close/plans-fault.ts',
    find: 'wrong?.claimed === applied',
    test: review('that were never applied cannot be claimed as applied'),
  },
  {
    name: 'conclude/every-plan',
    holds: 'no conclusion is accepted that leaves a plan out',
    file: 'lambdas/steps/close/plans-fault.ts',
    find: '!listed.has(digest)',
    test: review('must all be listed'),
  },
  {
    name: 'ending/changed',
    holds: 'the first lines do not say that nothing was changed after a change was started',
    file: 'lambdas/kernel/trace/what-happened.ts',
    find: '...(started.length > 0 ? [] :',
    replace: '...(false ? [] :',
    test: happened('names the change, when it was applied, its verification and its approvers'),
  },
  {
    name: 'ending/alarm',
    holds: 'the first lines say of the alarm only what our tool answered about that very alarm',
    file: 'lambdas/kernel/trace/what-happened.ts',
    find: 'isDeepStrictEqual(input, { alarm })',
    replace: 'true',
    test: happened('is never read from an alarm whose name begins with its name and a state'),
  },
  {
    name: 'close/numbers',
    holds: 'a conclusion with a number that stands nowhere in the evidence is sent back first',
    file: 'lambdas/steps/close/review.ts',
    find: 'onlyNumbers && wereNumbersSentBack(events)',
    replace: 'onlyNumbers',
    test: numbers('is sent back once, then accepted and marked in report and mail'),
  },
];

import { KERNEL_CHECKS } from '../../test/property/mutations/checks/all.ts';
import type { KernelCheck } from '../../test/property/mutations/check.ts';
import { code, markdownPage, table } from './markdown.ts';

const rowOf = ({ name, kind, holds, file, test }: KernelCheck): string[] => [
  code(name),
  kind === undefined ? '–' : code(kind),
  holds,
  code(file),
  `“${test.title}” in ${code(test.file)}`,
];

/** The checks that stop a change, each with the test that fails without it. */
export const kernelChecksPage = (): string =>
  markdownPage('Checks that stop a change', 'test/property/mutations/checks/', [
    'Each check, and the test that fails when the check is taken out of the code. `npm run prove:checks` takes them out one at a time and expects that test to fail; see [the proof](../proof.md#each-check-has-its-test). The second column is the name of the check on the trace, if it is recorded there. These are not all checks of the kernel: [Stryker](../proof.md#what-the-tests-would-miss) judges the others.',
    table(['check', 'on the trace', 'what holds', 'made in', 'fails without it'], KERNEL_CHECKS.map(rowOf)),
  ]);

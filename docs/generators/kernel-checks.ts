import { CHECK_GROUPS } from '../../test/property/mutations/checks/all.ts';
import type { KernelCheck } from '../../test/property/mutations/check.ts';
import { code, markdownPage, table } from './markdown.ts';

const rowOf = ({ name, kind, holds, file, test }: KernelCheck): string[] => [
  code(name),
  kind === undefined ? '–' : code(kind),
  holds,
  code(file),
  `“${test.name.split(' > ').join('” › “')}” in ${code(test.file)}`,
];

/** Every check of the kernel with the test that fails when it is taken out. */
export const kernelChecksPage = (): string =>
  markdownPage('Checks of the kernel', 'prove/mutations/checks/', [
    'What each check holds, and the test that fails when it is taken out of the code. `npm run prove:checks` takes out one after the other and looks: [the proof](../proof.md#each-check-has-its-test). The second column is how a trace names the check, where it does.',
    ...CHECK_GROUPS.flatMap(([group, checks]) => [
      `## ${group}`,
      table(['check', 'on the trace', 'what holds', 'made in', 'without it fails'], checks.map(rowOf)),
    ]),
  ]);

import { expect, test } from 'vitest';
import { compileRules } from '../../lambdas/kernel/policy/rules/compile.ts';
import { readCases } from '../../bin/policy/case-file.ts';
import { settings } from '../lambdas/kernel/policy/rules/config-copy.ts';
import { INSTALLED } from '../../lambdas/providers/installed.ts';

const rules = compileRules('config', settings, INSTALLED);
const ONE =
  'cases:\n  - case: mine\n    question: plan\n    tool: reboot_instance\n    expect: { verdict: permitted }\n';
test.each([
  ['an unknown field', `${ONE}    fact: {}\n`, /mine\.yaml:6: cases\[0\]\.fact: unknown field; did you mean "facts"\?/],
  ['a misspelt fact', `${ONE}    facts: { cutPercnt: 1 }\n`, /mine\.yaml:6: cases\[0\]\.facts/],
  [
    'a fact that the tool does not compute',
    `${ONE}    facts: { memoryMiBAfter: 1 }\n`,
    /mine\.yaml:6: .*reboot_instance does not compute this fact/,
  ],
  ['a fact of the wrong type', `${ONE}    facts: { reversible: 1 }\n`, /mine\.yaml:6: .*expected a boolean; found 1/],
  [
    'an unknown agent',
    `${ONE}    agent: triag\n`,
    /mine\.yaml:6: .*there is no agent "triag"; did you mean "triage"\?/,
  ],
  [
    'an unknown tool',
    ONE.replace('reboot_instance', 'reboot_instence'),
    /mine\.yaml:4: .*"reboot_instence" is not a change tool; did you mean "reboot_instance"\?/,
  ],
  ['no tool', ONE.replace('    tool: reboot_instance\n', ''), /mine\.yaml:2: .*no tool, neither here nor in defaults/],
  [
    'an unknown policy',
    ONE.replace('permitted }', 'permitted, speaks: [cut-bund] }'),
    /mine\.yaml:5: .*there is no policy "cut-bund"; did you mean "cut-bound"\?/,
  ],
  [
    'approvals of another question',
    ONE.replace('permitted }', 'permitted, approvals: 2 }'),
    /mine\.yaml:5: .*only the question release has approvals/,
  ],
  ['nobody who approves', ONE.replace('plan', 'approve'), /mine\.yaml:3: .*add approver/],
  ['an unknown question', ONE.replace('plan', 'plam'), /mine\.yaml:3: .*question: Invalid option/],
  ['no YAML', 'cases: [', /mine\.yaml:1: not YAML/],
])('a table with %s is refused with file and line', (_, text, words) => {
  expect(() => readCases([{ path: 'mine.yaml', text }], { rules, catalogue: INSTALLED.catalogue })).toThrow(words);
});

import { expect, test } from 'vitest';
import { terminalQuestion } from '../../local/approver.ts';
import { rebootPlan } from '../fixtures/plans.ts';
import { DECEPTIVE, HOSTILE } from '../fixtures/hostile-text.ts';

const planned = (id: string) => {
  const plan = rebootPlan('inc-1', 'rules');
  return { handle: 'P1', digest: 'sha256:0', plan: { ...plan, target: { ...plan.target, id } } };
};

test('the question in the terminal names the change that it is about', () => {
  expect(terminalQuestion('ana@example.com', planned('i-0a1b'))).toBe(
    'Approve P1, reboot i-0a1b, as ana@example.com? [y/n] ',
  );
  expect(terminalQuestion('ana@example.com', undefined)).toBe('Approve as ana@example.com? [y/n] ');
});

test('no name in the question can answer it, or wipe what is above it', () => {
  const question = terminalQuestion(HOSTILE, planned(HOSTILE));
  expect(question).not.toMatch(DECEPTIVE);
  expect(question).not.toContain('\n');
  expect(question).toMatch(/^Approve P1, reboot "[^"]*", as "[^"]*"\? \[y\/n\] $/);
});

import { Command } from 'commander';
import * as z from 'zod';
import { InputError } from '../../../lambdas/contracts/errors.ts';
import { coloursFor } from '../../../local/terminal.ts';
import { CHECKS } from './checks/all.ts';
import { type KernelCheck, withoutCheck } from './check.ts';
import { Tree, textOf } from './tree.ts';
import { expectSound, type Trial, tryWithout } from './trial.ts';

/**
 * `npm run prove:checks`: takes each check of the kernel out of a copy of the code, one at a time, and looks
 * whether the test that is to hold it fails. See docs/proof.md.
 */

const colours = coloursFor(process.stdout);

const chosen = (only: readonly string[]): KernelCheck[] => {
  const found = CHECKS.filter(({ name }) => only.length === 0 || only.some((part) => name.startsWith(part)));
  if (found.length > 0) return found;
  const known = [...new Set(CHECKS.map(({ name }) => name.split('/')[0]))].join(', ');
  throw new InputError(
    `--only ${only.join(' ')}`,
    'no check is called that',
    `one that --list shows, or one of ${known}`,
  );
};

const inWords = ({ check, outcome, failed, why }: Trial): string => {
  const head = `${check.name}: ${check.holds}`;
  const tests = failed.map((name) => `    ${colours.dim('failed:')} ${name}\n`).join('');
  switch (outcome) {
    case 'caught':
      return `${colours.green('caught ')} ${head}\n${tests}`;
    case 'missed':
      return `${colours.red('MISSED ')} ${head}\n    ${why}\n${tests}`;
    case 'crashed':
      return `${colours.red('CRASHED')} ${head}\n    No test could speak: ${why}\n`;
  }
};

const tryAll = async (checks: readonly KernelCheck[], onTrial: (trial: Trial) => void): Promise<Trial[]> => {
  // A text that has moved is told before anything is run.
  for (const check of checks) withoutCheck(textOf(check.file), check);
  const tree = new Tree();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      tree.remove();
      process.exit(130);
    });
  try {
    process.stderr.write(`${checks.length} checks; first their tests on the code as it is …\n`);
    await expectSound(tree, checks);
    const trials: Trial[] = [];
    for (const check of checks) {
      process.stderr.write(`[${trials.length + 1}/${checks.length}] without ${check.name} …\n`);
      const trial = await tryWithout(tree, check);
      trials.push(trial);
      onTrial(trial);
    }
    return trials;
  } finally {
    tree.remove();
  }
};

const plain = ({ check: { name, kind, file, test }, ...rest }: Trial): object => ({
  check: name,
  kind: kind ?? null,
  file,
  test,
  ...rest,
});

const main = async (): Promise<void> => {
  const command = new Command('prove:checks')
    .description('Takes each check of the kernel out of a copy of the code, and looks whether its test fails.')
    .option('--only <name...>', 'only checks whose names begin so: apply/lease, apply')
    .option('--list', 'print the names of the checks and try none')
    .option('--json', 'print one JSON object instead of lines')
    .parse();
  const { only, list, json } = z
    .object({
      only: z.array(z.string()).default([]),
      list: z.boolean().default(false),
      json: z.boolean().default(false),
    })
    .parse(command.opts());
  const checks = chosen(only);
  if (list) {
    process.stdout.write(checks.map(({ name, holds }) => `${name.padEnd(28)} ${holds}\n`).join(''));
    return;
  }
  const trials = await tryAll(checks, (trial) => {
    if (!json) process.stdout.write(inWords(trial));
  });
  const caught = trials.filter(({ outcome }) => outcome === 'caught').length;
  process.stdout.write(
    json
      ? `${JSON.stringify({ proved: caught === trials.length, trials: trials.map(plain) }, null, 2)}\n`
      : `\n${caught} of ${trials.length} checks are held by their test.\n`,
  );
  if (caught < trials.length) process.exitCode = 1;
};

try {
  await main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`prove:checks: ${error.message}\n  expected: ${error.advice}\n`);
  process.exitCode = 1;
}

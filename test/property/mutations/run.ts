import { styleText } from 'node:util';
import { Command } from 'commander';
import * as z from 'zod';
import { InputError } from '../../../lambdas/contracts/errors.ts';
import { runMain } from '../../run-main.ts';
import { findFault, type KernelCheck } from './check.ts';
import { KERNEL_CHECKS } from './checks/all.ts';
import { SourceCopy, textOf } from './source-copy.ts';
import { expectPassing, tryWithout, type Trial } from './trial.ts';

/**
 * `npm run prove:checks`: takes each listed check out of a copy of the code, one at a time, and expects its test to
 * fail. See docs/proof.md.
 */

const selected = (only: readonly string[]): readonly KernelCheck[] => {
  const checks = KERNEL_CHECKS.filter(({ name }) => only.length === 0 || only.some((part) => name.startsWith(part)));
  if (checks.length > 0) return checks;
  throw new InputError(`--only ${only.join(' ')}`, 'matches no check', 'the beginning of a name that --list prints');
};

const textOfTrial = ({ check, outcome, failed, why }: Trial): string => {
  const head = `${check.name}: ${check.holds}`;
  const tests = failed.map((title) => `    ${styleText('dim', 'failed:')} ${title}\n`).join('');
  if (outcome === 'caught') return `${styleText('green', 'caught ')} ${head}\n${tests}`;
  return `${styleText('red', outcome.toUpperCase().padEnd(7))} ${head}\n    ${why}\n${tests}`;
};

/** Reports every `find` that no longer fits the code, before any test runs. */
const expectFinds = (checks: readonly KernelCheck[]): void => {
  const faults = checks.flatMap((check) => findFault(textOf(check.file), check) ?? []);
  if (faults.length > 0)
    throw new InputError('The list of checks', `\n  ${faults.join('\n  ')}`, 'code that occurs once in its file');
};

const tryAll = async (checks: readonly KernelCheck[], onTrial: (trial: Trial) => void): Promise<Trial[]> => {
  expectFinds(checks);
  const copy = new SourceCopy();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      copy.remove();
      process.exit(130);
    });
  try {
    process.stderr.write(`${checks.length} checks; first their tests on the code as it is …\n`);
    await expectPassing(copy, checks);
    const trials: Trial[] = [];
    for (const check of checks) {
      process.stderr.write(`[${trials.length + 1}/${checks.length}] without ${check.name} …\n`);
      const trial = await tryWithout(copy, check);
      trials.push(trial);
      onTrial(trial);
    }
    return trials;
  } finally {
    copy.remove();
  }
};

const toJson = ({ check: { name, kind, file, test }, ...rest }: Trial): object => ({
  check: name,
  kind: kind ?? null,
  file,
  test,
  ...rest,
});

const main = async (): Promise<void> => {
  const command = new Command('prove:checks')
    .description('Takes each listed check out of a copy of the code, and expects its test to fail.')
    .option('--only <name...>', 'only checks whose names begin like this: apply/lease, apply')
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
  const checks = selected(only);
  if (list) {
    process.stdout.write(checks.map(({ name, holds }) => `${name.padEnd(24)} ${holds}\n`).join(''));
    return;
  }
  const trials = await tryAll(checks, (trial) => {
    if (!json) process.stdout.write(textOfTrial(trial));
  });
  const caught = trials.filter(({ outcome }) => outcome === 'caught').length;
  process.stdout.write(
    json
      ? `${JSON.stringify({ proved: caught === trials.length, trials: trials.map(toJson) }, null, 2)}\n`
      : `\n${caught} of ${trials.length} checks are held by their test.\n`,
  );
  if (caught < trials.length) process.exitCode = 1;
};

await runMain(main);

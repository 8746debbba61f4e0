import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SettingsInput } from '../../../../../lambdas/contracts/settings.ts';
import { compileRules } from '../../../../../lambdas/kernel/policy/rules/compile.ts';
import { RulesError } from '../../../../../lambdas/kernel/policy/rules/rules-error.ts';
import { INSTALLED } from '../../../../../lambdas/providers/installed.ts';

/** Valid settings. */
export const settings: SettingsInput = { approvers: [{ email: 'ana@example.com', name: 'Ana', roles: ['sre'] }] };

/** A copy of the shipped `config/`, with some files replaced or added. Removed after the test. */
export const configWith = (files: Readonly<Record<string, string>> = {}): string => {
  const root = mkdtempSync(join(tmpdir(), 'checkrein-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const directory = join(root, 'config');
  cpSync('config', directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
};

/** A copy of the shipped policies, with some files replaced. Removed after the test. */
export const shippedWith = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'checkrein-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  cpSync('policies', root, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
};

/** The problems that the compiler reports; none when it compiles. */
export const problemsWith = (files: Readonly<Record<string, string>>, given = settings): readonly string[] => {
  try {
    compileRules(configWith(files), given, INSTALLED);
    return [];
  } catch (error) {
    if (error instanceof RulesError) return error.problems;
    throw error;
  }
};

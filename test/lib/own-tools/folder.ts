import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { installedFrom, type WithOwnTools } from '../../../lib/own-tools/load.ts';
import { ToolsError } from '../../../lib/own-tools/tools-error.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** The folder of tools that keep every promise. */
export const GOOD = join(ROOT, 'test/fixtures/own-tools');

/** What a file is to have in place of something. A missing place is a mistake of the test. */
export type Edits = Readonly<Record<string, readonly (readonly [string, string])[] | string>>;

/** A copy of the good tools outside the repository, with edits: a text for a whole file, pairs for places in it. */
export const toolsWith = (edits: Edits): string => {
  const app = mkdtempSync(join(tmpdir(), 'own-tools-'));
  onTestFinished(() => rmSync(app, { recursive: true }));
  mkdirSync(join(app, 'node_modules'));
  for (const name of ['zod', '@aws-sdk'])
    symlinkSync(join(ROOT, 'node_modules', name), join(app, 'node_modules', name));
  const tools = join(app, 'tools');
  cpSync(GOOD, tools, { recursive: true });
  for (const [name, edit] of Object.entries(edits)) {
    const file = join(tools, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof edit === 'string' ? edit : edited(readFileSync(file, 'utf8'), edit));
  }
  return tools;
};

const edited = (text: string, pairs: readonly (readonly [string, string])[]): string =>
  pairs.reduce((now, [old, replacement]) => {
    assert(now.includes(old), `The fixture has no ${JSON.stringify(old)}.`);
    return now.replace(old, () => replacement);
  }, text);

/** What is wrong with the good tools after these edits. */
export const problemsWith = (edits: Edits): readonly string[] => {
  try {
    installedFrom(toolsWith(edits));
    return [];
  } catch (error) {
    if (error instanceof ToolsError) return error.problems;
    throw error;
  }
};

/** What is installed with the good tools. */
export const withGoodTools = (): WithOwnTools => installedFrom(GOOD);

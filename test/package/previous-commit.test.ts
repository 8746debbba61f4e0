import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { git, previousCommit } from './previous-commit.ts';

const CONSTRUCT = 'lib/checkrein.ts';
let checkout = '';

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'checkrein-previous-'));
  run('init', '--quiet');
});

afterEach(() => rmSync(checkout, { recursive: true, force: true }));

const run = (...args: string[]): void =>
  void execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], { cwd: checkout });

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), text);
};

/** Commits these files and returns the commit. */
const commit = (files: Readonly<Record<string, string>>): string => {
  for (const [path, text] of Object.entries(files)) write(path, text);
  run('add', '.');
  run('commit', '--quiet', '--message', 'a commit');
  return git(checkout, 'rev-parse', 'HEAD');
};

const FIRST = { [CONSTRUCT]: 'one', 'template/package.json': '{}' };

test('an upgrade is from the commit before', () => {
  const first = commit(FIRST);
  commit({ [CONSTRUCT]: 'two' });
  expect(previousCommit(checkout)).toBe(first);
});

test('a commit with the same package is passed over, because an upgrade from it would show nothing', () => {
  const first = commit(FIRST);
  commit({ [CONSTRUCT]: 'two' });
  commit({ 'docs/page.md': 'more words' });
  expect(previousCommit(checkout)).toBe(first);
});

test('while a change is not committed, the upgrade is from the last commit', () => {
  commit(FIRST);
  const second = commit({ [CONSTRUCT]: 'two' });
  write(CONSTRUCT, 'three');
  expect(previousCommit(checkout)).toBe(second);
});

test('a commit of a time before the construct is none to upgrade from', () => {
  commit({ 'lib/stack.ts': 'one' });
  commit(FIRST);
  expect(previousCommit(checkout)).toBeUndefined();
});

test('a shallow clone has no commit to upgrade from', () => {
  commit(FIRST);
  commit({ [CONSTRUCT]: 'two' });
  const whole = checkout;
  checkout = `${whole}-shallow`;
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${whole}`, checkout]);
  expect(previousCommit(checkout)).toBeUndefined();
  rmSync(whole, { recursive: true });
});

test('a folder without Git has no commit to upgrade from', () => {
  rmSync(join(checkout, '.git'), { recursive: true });
  expect(previousCommit(checkout)).toBeUndefined();
});

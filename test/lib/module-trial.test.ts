import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tryModules } from '../../lib/module-trial.ts';

/** Tries these modules in a process of their own: a name and its code. */
const trying = (modules: Readonly<Record<string, string>>, seconds?: number) => {
  const folder = mkdtempSync(join(tmpdir(), 'module-trial-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, code] of Object.entries(modules)) writeFileSync(join(folder, `${name}.mjs`), code);
  const found = Object.keys(modules).map((name) => ({
    compiled: join(folder, `${name}.mjs`),
    file: `tools/${name}.ts`,
  }));
  return () => tryModules(found, seconds);
};

test('modules that only declare things pass, whatever they print', () => {
  expect(trying({ a: 'console.log(1); export const a = 1;', b: "process.stdout.write('{');" })).not.toThrow();
});

test('a module that loops for ever is stopped, and named', () => {
  expect(trying({ a: 'export const a = 1;', b: 'while (true) {}', c: '' }, 1)).toThrow(
    /^tools\/b\.ts: loading it did not come to an end, and was stopped after 1 s$/,
  );
});

test.each([
  ['in a promise', "Promise.reject(new RangeError('no network'));", 'RangeError: no network'],
  ['in a timer', "setTimeout(() => { throw 'no network'; }, 0);", 'no network'],
])('a module that throws %s right after it was loaded is named, with what it throws', (_, code, says) => {
  expect(trying({ a: '', b: code })).toThrow(`tools/b.ts: it throws after it was loaded: ${says}`);
});

test('a module that ends the process in a way that nothing can keep it from is named', () => {
  expect(trying({ a: "process.kill(process.pid, 'SIGKILL');" })).toThrow(
    'tools/a.ts: it ends the process when it is loaded (SIGKILL)',
  );
});

test('what throws or calls process.exit while it is loaded is left to the loading itself, which says so, and the next ones are tried', () => {
  expect(trying({ a: 'throw new Error();', b: 'process.exit(0);', c: 'export const c = 1;' })).not.toThrow();
  expect(trying({ a: 'process.exit(0);', b: 'while (true) {}' }, 1)).toThrow('tools/b.ts');
});

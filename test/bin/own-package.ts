import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MODULES } from '../../lib/package-files.ts';
import { REPOSITORY } from './cli.ts';

const ENTRIES = ['index', 'tool', 'testing'] as const;

/**
 * Installs this repository as the package of an app, from its sources: `dist` is not built for tests. Its dependencies are found a folder above,
 * and the package is as npm would install it: an entry for each of its exports, and its command.
 */
export const linkPackage = (app: string): void => {
  symlinkSync(join(REPOSITORY, 'node_modules'), join(dirname(app), 'node_modules'));
  const installed = join(app, 'node_modules/checkrein');
  mkdirSync(join(app, 'node_modules/.bin'), { recursive: true });
  mkdirSync(installed);
  symlinkSync(join(REPOSITORY, 'bin/checkrein.js'), join(app, 'node_modules/.bin/checkrein'));
  const exports = Object.fromEntries(
    ENTRIES.map((name) => [name === 'index' ? '.' : `./${name}`, { types: `./${name}.d.ts`, default: `./${name}.js` }]),
  );
  const write = (name: string, text: string): void => writeFileSync(join(installed, name), text);
  write('package.json', JSON.stringify({ name: 'checkrein', version: '0.0.0', type: 'module', exports }));
  for (const name of ENTRIES) {
    const source = join(REPOSITORY, MODULES[name]);
    write(`${name}.js`, `export * from ${JSON.stringify(pathToFileURL(source).href)};\n`);
    write(`${name}.d.ts`, `export * from ${JSON.stringify(source)};\n`);
  }
};

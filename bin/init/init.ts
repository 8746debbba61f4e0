import { relative, resolve } from 'node:path';
import { ours, plain } from '../../lambdas/kernel/trace/outside-text.ts';
import { printer, printJson } from '../io/output.ts';
import { appFiles } from './app-files.ts';
import { checkName, nameFor } from './app-name.ts';
import { packageAt } from './package-at.ts';
import { refuseFullFolder, writeApp } from './write-app.ts';

/** Flags of `checkrein init`. */
export interface InitFlags {
  readonly name?: string;
  readonly package?: string;
  readonly json?: boolean;
}

/** Writes an app into a new folder, and says what to do in it. It runs no npm. */
export const initApp = (directory: string, flags: InitFlags): void => {
  const folder = resolve(directory);
  const name = flags.name === undefined ? nameFor(folder) : checkName(flags.name, '--name');
  const checkrein = flags.package === undefined ? undefined : packageAt(flags.package);
  refuseFullFolder(directory);
  const files = appFiles({ name, checkrein });
  writeApp(directory, files);
  const written = [...files.keys()];
  const next = [...goTo(folder), 'npm install', 'npm start'];
  if (flags.json === true) printJson({ directory: folder, name, files: written, next });
  else {
    const print = printer(false);
    print(plain`${ours(`${directory}: the app ${name}`)}`);
    for (const file of written) print(plain`  ${ours(file)}`);
    print(plain`\nNext:`);
    for (const command of next) print(plain`  ${ours(command)}`);
  }
};

const goTo = (folder: string): string[] => {
  const path = relative(process.cwd(), folder);
  if (path === '') return [];
  return [`cd ${/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`}`];
};

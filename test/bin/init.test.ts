import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeApp } from '../../bin/init/write-app.ts';
import { packageFile } from '../../lambdas/kernel/policy/rules/package-root.ts';
import { packageJson } from '../../lib/package-files.ts';
import { runCli, type Ran } from './cli.ts';

const Packages = z.record(z.string(), z.string());
const AppPackage = z.looseObject({ name: z.string(), dependencies: Packages, devDependencies: Packages });
const packageOf = (app: string) => AppPackage.parse(JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')));

describe('checkrein init', () => {
  let folder = '';
  const at = (...path: string[]): string => join(folder, ...path);
  const init = (...args: string[]): Promise<Ran> => runCli(folder, 'init', ...args);
  const refused = async (...args: string[]): Promise<string> => {
    const ran = await init(...args);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).not.toMatch(/^\s+at /m);
    return ran.err;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'checkrein-init-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('says each file that it wrote, and the commands that come next', async () => {
    const ran = await init('my-app');
    expect([ran.code, ran.err]).toEqual([0, '']);
    const printed = ran.out.split('\n').map((line) => line.trim());
    const written = readdirSync(at('my-app'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    expect(written.length).toBeLessThanOrEqual(25);
    for (const { parentPath, name } of written)
      expect(printed).toContain(join(parentPath, name).slice(at('my-app/').length));
    expect(ran.out).toMatch(/Next:\n {2}cd my-app\n {2}npm install\n {2}npm start\n$/);
  });

  test.each([
    ['gitignore', 'node_modules/\n'],
    ['npmrc', 'save-exact=true\n'],
  ])('writes .%s, though npm packs no file of that name', async (name, has) => {
    await init('my-app');
    expect(existsSync(at('my-app', name))).toBe(false);
    expect(readFileSync(at(`my-app/.${name}`), 'utf8')).toContain(has);
    expect(existsSync(packageFile(`template/.${name}`))).toBe(false);
  });

  test('installs exactly the version that wrote the app, and the packages that it was tested with', async () => {
    await init('my-app');
    const { dependencies, devDependencies } = packageOf(at('my-app'));
    const own = packageJson();
    expect(dependencies['checkrein']).toBe(own.version);
    expect(dependencies['aws-cdk-lib']).toBe(own.devDependencies['aws-cdk-lib']);
    expect(devDependencies['dynalite']).toBe(own.peerDependencies['dynalite']);
    expect(devDependencies['aws-local-stepfunctions']).toBe(own.peerDependencies['aws-local-stepfunctions']);
    for (const version of Object.values({ ...dependencies, ...devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('installs a packed file instead, if it is given one', async () => {
    writeFileSync(at('checkrein-0.1.0.tgz'), '');
    await init('my-app', '--package', 'checkrein-0.1.0.tgz');
    expect(packageOf(at('my-app')).dependencies['checkrein']).toBe(`file:${at('checkrein-0.1.0.tgz')}`);
    expect(await refused('other', '--package', 'nothing.tgz')).toContain(
      '--package nothing.tgz: there is no such file',
    );
    expect(existsSync(at('other'))).toBe(false);
  });

  test('prints one JSON object for scripts', async () => {
    const { out } = await init('my-app', '--json');
    const printed = z.object({
      directory: z.string(),
      name: z.string(),
      files: z.array(z.string()),
      next: z.array(z.string()),
    });
    const { directory, name, files, next } = printed.parse(JSON.parse(out));
    expect([directory, name, next[0]]).toEqual([at('my-app'), 'my-app', 'cd my-app']);
    for (const file of files) expect(existsSync(at('my-app', file))).toBe(true);
  });

  test('refuses a folder with files and names them; nothing in it is touched', async () => {
    mkdirSync(at('full'));
    for (const name of ['a', 'b', 'c', 'd', 'e', 'package.json', 'z']) writeFileSync(at('full', name), 'mine');
    expect(await refused('full')).toContain('full: there is something in this folder: a, b, c, d, e and 2 more');
    expect(readdirSync(at('full'))).toHaveLength(7);
    expect(readFileSync(at('full/package.json'), 'utf8')).toBe('mine');
    writeFileSync(at('file'), 'mine');
    expect(await refused('file')).toContain('file: this is a file');
  });

  test('writes nothing into the current folder if a script gives it an empty variable', async () => {
    writeFileSync(at('mine'), '');
    expect(await refused('', '--name', 'app')).toContain('DIR: this is empty');
    expect(readdirSync(folder)).toEqual(['mine']);
  });

  test('asks for the name of the app where the folder has none to give it', async () => {
    expect(await refused('/')).toContain(
      'DIR "/": this folder has no name that the app could have\n  expected: another folder, or --name with one such as incident-response',
    );
    expect(await refused('/', '--name', 'app')).toContain('/: there is something in this folder');
  });

  test('fills an empty folder, and one that has only .git', async () => {
    mkdirSync(at('new'));
    mkdirSync(at('cloned/.git'), { recursive: true });
    expect((await init('new')).code).toBe(0);
    expect((await init('cloned')).code).toBe(0);
    expect(readdirSync(at('cloned'))).toEqual(expect.arrayContaining(['.git', '.github', 'package.json']));
  });

  test('names the app after its folder or as it is told, and refuses what npm would', async () => {
    await init('my-app', '--name', '@shop/incidents');
    expect(packageOf(at('my-app')).name).toBe('@shop/incidents');
    expect(await refused('app', '--name', 'node_modules')).toContain('--name "node_modules": npm takes no such name');
    expect(await refused('My App')).toContain('DIR "My App": npm takes no such name');
    expect(await refused('checkrein')).toContain('the app installs a package of this name');
    expect(await refused('app', '--name', '.hidden')).toContain('--name ".hidden"');
    expect(readdirSync(folder)).toEqual(['my-app']);
  });

  test('writes all or nothing: a write that fails leaves no half app, and no folder that was not there', () => {
    const broken = new Map([
      ['a.txt', 'one'],
      ['config', 'a file'],
      ['config/deployment.ts', 'a file below a file'],
    ]);
    expect(() => writeApp(at('deep/new'), broken)).toThrow('the app could not be written, so nothing was');
    expect(readdirSync(folder)).toEqual([]);
    mkdirSync(at('there/.git'), { recursive: true });
    expect(() => writeApp(at('there'), broken)).toThrow('nothing was');
    expect(readdirSync(at('there'))).toEqual(['.git']);
  });

  test('says in words that a folder cannot be made', async () => {
    writeFileSync(at('file'), 'mine');
    expect(await refused('file/app')).toContain('file/app: the app could not be written, so nothing was');
  });
});

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeApp } from '../../bin/init/write-app.ts';
import { packageFile } from '../../lambdas/kernel/policy/rules/package-root.ts';
import { packageJson } from '../../lib/package-files.ts';
import { REPOSITORY, runCli, runNode, type Ran } from './cli.ts';
import { linkPackage } from './own-package.ts';

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

// That it installs, compiles, passes its own tests and synthesizes is shown with the packed package: test/package/.
describe('the app that init writes', () => {
  const parent = mkdtempSync(join(tmpdir(), 'checkrein-template-'));
  const app = join(parent, 'my-app');
  const node = (...args: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      // Under vitest, NODE_OPTIONS and NODE_TEST_CONTEXT would reach node --test.
      const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
      execFile(process.execPath, args, { cwd: app, env, maxBuffer: 64_000_000 }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, err }),
      );
    });
  const checkrein = (...args: string[]): Promise<Ran> => node(join(app, 'node_modules/.bin/checkrein'), ...args);
  const succeeds = async (ran: Promise<Ran>): Promise<string> => {
    const { code, out, err } = await ran;
    expect([code, code === 0 ? '' : out + err]).toEqual([0, '']);
    return out;
  };

  beforeAll(async () => {
    await runCli(parent, 'init', 'my-app');
    linkPackage(app);
  });
  afterAll(() => rmSync(parent, { recursive: true }));

  test('keeps the promises of tools, and its policies compile and decide as its cases say', async () => {
    expect(await succeeds(checkrein('tools', 'check'))).toContain('1 own tools: every promise is kept.');
    expect(await succeeds(checkrein('policy', 'check'))).toContain('all compile');
    const tested = await succeeds(checkrein('policy', 'test'));
    expect(tested).toContain('frozen-by-tag');
    expect(tested).not.toContain('No case covers');
  });

  test('is played by what npm start runs', async () => {
    const { scripts } = z.looseObject({ scripts: Packages }).parse(packageOf(app));
    expect(await succeeds(checkrein(...(scripts['start'] ?? '').split(' ').slice(1)))).toContain('healed');
  });

  test('tells a mistake in its configuration as a sentence, with no stack trace', async () => {
    const agent = join(app, 'config/agents/queue-triage.yaml');
    const text = readFileSync(agent, 'utf8');
    writeFileSync(agent, text.replace('list_event_sources', 'list_event_source'));
    const { code, err } = await node('bin/app.ts');
    writeFileSync(agent, text);
    expect(code).toBe(1);
    expect(err).toContain('config/agents/queue-triage.yaml');
    expect(err).not.toMatch(/^\s+at /m);
  });

  test.each(['config/agents/ec2-responder.yaml', 'scenarios/undersized-instance/world.yaml'])(
    'has %s as it is here, but for the line that tells editors of a schema',
    (path) => {
      const here = readFileSync(join(REPOSITORY, path), 'utf8').replace(/^# yaml-language-server.*\n/, '');
      expect(readFileSync(join(app, path), 'utf8')).toBe(here);
    },
  );

  test.each(['dynalite', 'aws-local-stepfunctions'])('says what to install if it has no %s', async (name) => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ resolve: (id, context, next) => {
        if (id !== '${name}') return next(id, context);
        throw Object.assign(new Error("Cannot find package '${name}' imported from x"), { code: 'ERR_MODULE_NOT_FOUND' });
      } });`;
    const options = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`];
    const { code, err } = await runNode(app, options, 'scenario', 'disabled-event-source');
    expect(code).toBe(2);
    expect(err).toContain(`the package ${name}: it is not installed`);
    const { peerDependencies } = packageJson();
    expect(err).toContain('npm install --save-dev aws-local-stepfunctions@');
    expect(err).toContain(`dynalite@${peerDependencies['dynalite']}`);
    expect((await runNode(app, options, 'policy', 'check')).code).toBe(0);
  });
});

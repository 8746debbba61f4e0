import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageJson } from '../../lib/package-files.ts';
import { REPOSITORY, runCli, runNode, type Ran } from './cli.ts';
import { linkPackage } from './own-package.ts';

const AppPackage = z.looseObject({ scripts: z.looseObject({ start: z.string() }) });

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
    const { scripts } = AppPackage.parse(JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')));
    expect(await succeeds(checkrein(...scripts.start.split(' ').slice(1)))).toContain('healed');
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

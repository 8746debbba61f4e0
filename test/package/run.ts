import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print, timedStep } from '../e2e/progress.ts';
import { runChecks, type ServerCheck } from '../e2e/run-checks.ts';
import { runWithLog } from '../e2e/process.ts';
import { APPS, type App } from './apps.ts';
import { GATES } from './gates.ts';
import { packedHere } from './packed.ts';
import { upgradeCheck } from './upgrade.ts';
import { startFromNothing, type RunIn } from './written-app.ts';

/** Outside the repository, so that nothing is found in its node_modules. */
const ROOM = mkdtempSync(join(tmpdir(), 'checkrein-package-'));

/** Nobody is signed in, and no account is known. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|CDK)_/.test(name)));

const inApp = (folder: string, [command = '', ...args]: readonly string[], log: string): Promise<void> =>
  runWithLog(command, args, join(ROOM, `${log}.log`), { cwd: folder, env });

const runIn: RunIn = async (folder, command) => {
  const log = command.join('-').replaceAll(/[^a-z-]/g, '');
  await inApp(folder, command, log);
  return readFileSync(join(ROOM, `${log}.log`), 'utf8');
};

const WRITTEN: ServerCheck<string> = {
  promise: 'an app that init writes plays at once, takes own parts from outside, and synthesizes without an account',
  run: async (tarball) => {
    const room = join(ROOM, 'written');
    mkdirSync(room);
    await startFromNothing(room, tarball, runIn);
  },
};

const appCheck = (app: App, index: number): ServerCheck<string> => ({
  promise: `the package installs and synthesizes in ${app.name}`,
  run: async (tarball) => {
    const room = join(ROOM, `app-${index}`);
    const folder = app.write(room, tarball);
    await timedStep('install', () => inApp(room, app.install, `${index}-install`));
    if (app.types.length > 0) await timedStep('types', () => inApp(folder, app.types, `${index}-types`));
    await timedStep('synth', () => inApp(folder, ['npx', 'cdk', 'synth', '--quiet'], `${index}-synth`));
    const first = assetsOf(folder);
    assert(first.length >= 12, `expected an asset for each function, but there are ${first.length}`);
    // Once is enough: it is the same code in every app.
    if (index > 0) return;
    rmSync(join(folder, 'cdk.out'), { recursive: true });
    await timedStep('synth again', () => inApp(folder, ['npx', 'cdk', 'synth', '--quiet'], `${index}-synth-again`));
    assert.deepEqual(assetsOf(folder), first, 'two synths make the same assets, byte by byte');
  },
});

/** Name and hash of each file of an asset. */
const assetsOf = (folder: string): string[] => {
  const out = join(folder, 'cdk.out');
  return readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && one.parentPath.includes('asset.'))
    .map((one) => {
      const file = join(one.parentPath, one.name);
      return `${file.slice(out.length)} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
    })
    .toSorted();
};

/** `--only TEXT`: the checks with this in their promise. `--quick`: without the five apps and the upgrade. */
const asked = (): ServerCheck<string>[] => {
  const at = process.argv.indexOf('--only');
  const only = at < 0 ? '' : (process.argv[at + 1] ?? '');
  const more = process.argv.includes('--quick') ? [] : [...APPS.map(appCheck), upgradeCheck(ROOM, inApp)];
  return [...GATES, WRITTEN, ...more].filter(({ promise }) => promise.includes(only));
};

try {
  const tarball = await timedStep('the package, built and packed', async () => packedHere());
  await runChecks(tarball, asked());
} finally {
  if (process.argv.includes('--keep')) print(`The apps are in ${ROOM}.`);
  else rmSync(ROOM, { recursive: true, force: true });
}

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { commandOf, packedHere } from '../package/packed.ts';
import { previousPackage, type PreviousPackage } from '../package/previous.ts';
import type { Emulators } from './emulators.ts';
import { E2eFailure } from './failure.ts';
import { RUN_FOLDER } from './paths.ts';
import { runWithLog } from './process.ts';
import { timedStep } from './progress.ts';

/** The app of a team. It is outside the repository, so that nothing is found in its node_modules. */
export const APP = join(tmpdir(), `checkrein-e2e-app-${process.pid}`);

/** Agents of this repository that the scenarios need beside those that `init` writes: for every other alarm, and for questions. */
const MORE_AGENTS = ['config/agents/triage.yaml', 'config/agents/questions.yaml'];

/** The packages of the run, by their tarballs. Both are made before the run begins: packing stops the proxies meanwhile. */
export interface Packages {
  readonly previous: string;
  readonly next: string;
}

/** Packs both commits, and writes the app with `checkrein init` of the previous one. Nothing is installed in it. */
export const makeApp = async (): Promise<Packages> => {
  const previous = await timedStep('the previous commit, packed', async () => previousPackage());
  const next = await timedStep('this commit, packed', async () => packedHere());
  await timedStep('checkrein init', () => writeApp(previous));
  return { previous: previous.tarball, next };
};

/** Removes the app. */
export const removeApp = (): void => rmSync(APP, { recursive: true, force: true });

const writeApp = async (previous: PreviousPackage): Promise<void> => {
  const command = commandOf(previous.tarball, join(RUN_FOLDER, 'previous'));
  const init = [command, 'init', APP, '--name', 'incidents', '--package', previous.tarball];
  await runWithLog(process.execPath, init, join(RUN_FOLDER, 'init.log'));
  // Of that commit: an agent file of this one may have what its package refuses.
  for (const path of MORE_AGENTS) writeFileSync(join(APP, path), previous.read(path));
};

/** Fails unless the app has installed this very package. */
export const assertInstalled = (tarball: string): void => {
  const hash = createHash('sha512').update(readFileSync(tarball)).digest('base64');
  const lock = Lock.parse(JSON.parse(readFileSync(join(APP, 'package-lock.json'), 'utf8')));
  assert.equal(lock.packages['node_modules/checkrein']?.integrity, `sha512-${hash}`);
};

const Lock = z.object({ packages: z.record(z.string(), z.looseObject({ integrity: z.string().optional() })) });

const DEPLOYMENT = 'config/deployment.ts';
const END = '} satisfies SettingsInput;';

/** Adds lines to the settings that `init` wrote. */
export const addSettings = (...lines: string[]): void => {
  const file = join(APP, DEPLOYMENT);
  const settings = readFileSync(file, 'utf8');
  if (!settings.includes(END)) throw new E2eFailure(`${file} does not end with ${END}.`, 'See test/e2e/app.ts.');
  writeFileSync(file, settings.replace(END, [...lines, END].join('\n')));
};

/** The settings that the emulators need. */
export const emulatorSettings = ({ compute }: Emulators, modelUrl: string): string[] => [
  // No emulator has CodeDeploy or versions of state machines.
  `rollout: 'all-at-once',`,
  `model: { baseUrl: '${modelUrl}' },`,
  `endpoints: { EC2: '${compute.url}', AUTO_SCALING: '${compute.url}' },`,
];

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulators } from './emulators.ts';
import { E2eFailure } from './failure.ts';
import { RUN_FOLDER, REPOSITORY_ROOT } from './paths.ts';

/** A copy of the working tree. The run changes its configuration, as a team would in its clone. */
export const CLONE = join(RUN_FOLDER, 'clone');

const EXCLUDED = ['node_modules', '.git', '.checkrein', 'cdk.out', 'coverage'];

/** Creates the clone afresh, with a link to the installed packages in place of `npm ci`. */
export const makeClone = (): void => {
  rmSync(CLONE, { recursive: true, force: true });
  mkdirSync(CLONE, { recursive: true });
  for (const name of readdirSync(REPOSITORY_ROOT))
    if (!EXCLUDED.includes(name)) cpSync(join(REPOSITORY_ROOT, name), join(CLONE, name), { recursive: true });
  symlinkSync(join(REPOSITORY_ROOT, 'node_modules'), join(CLONE, 'node_modules'));
};

const DEPLOYMENT = 'config/deployment.ts';
const END = '} satisfies SettingsInput;';

/** Writes the clone's settings (step 1 of docs/deploy.md): the shipped ones, those that the emulators need, and `more`. */
export const configure = ({ compute }: Emulators, modelUrl: string, ...more: string[]): void => {
  const shipped = readFileSync(join(REPOSITORY_ROOT, DEPLOYMENT), 'utf8');
  if (!shipped.includes(END)) throw new E2eFailure(`${DEPLOYMENT} does not end with ${END}.`, 'See test/e2e/clone.ts.');
  const settings = [
    // No emulator has CodeDeploy or versions of state machines.
    `rollout: 'all-at-once',`,
    `model: { baseUrl: '${modelUrl}' },`,
    `endpoints: { EC2: '${compute.url}', AUTO_SCALING: '${compute.url}' },`,
    ...more,
  ];
  writeFileSync(join(CLONE, DEPLOYMENT), shipped.replace(END, [...settings, END].join('\n')));
};

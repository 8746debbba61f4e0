import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulators } from './emulators.ts';
import { E2eFailure } from './failure.ts';
import { RUN_FOLDER, REPOSITORY_ROOT } from './paths.ts';

/** A copy of this repository as it is now, in which a team writes its own configuration. */
export const CLONE = join(RUN_FOLDER, 'clone');

const LEFT_OUT = ['node_modules', '.git', '.checkrein', 'cdk.out', 'coverage'];

/** Makes the clone anew. What `npm ci` would install there is what is installed here. */
export const makeClone = (): void => {
  rmSync(CLONE, { recursive: true, force: true });
  mkdirSync(CLONE, { recursive: true });
  for (const name of readdirSync(REPOSITORY_ROOT))
    if (!LEFT_OUT.includes(name)) cpSync(join(REPOSITORY_ROOT, name), join(CLONE, name), { recursive: true });
  symlinkSync(join(REPOSITORY_ROOT, 'node_modules'), join(CLONE, 'node_modules'));
};

const DEPLOYMENT = 'config/deployment.ts';
const END = '} satisfies SettingsInput;';

/** The first step of docs/deploy.md: the shipped settings, and what the emulators need, and what else is wanted. */
export const configure = ({ compute }: Emulators, modelUrl: string, ...more: string[]): void => {
  const shipped = readFileSync(join(REPOSITORY_ROOT, DEPLOYMENT), 'utf8');
  if (!shipped.includes(END)) throw new E2eFailure(`${DEPLOYMENT} does not end with ${END}.`, 'See test/e2e/clone.ts.');
  const settings = [
    // No emulator knows CodeDeploy, or versions of state machines.
    `rollout: 'all-at-once',`,
    `model: { baseUrl: '${modelUrl}' },`,
    `endpoints: { EC2: '${compute.url}', AUTO_SCALING: '${compute.url}' },`,
    ...more,
  ];
  writeFileSync(join(CLONE, DEPLOYMENT), shipped.replace(END, [...settings, END].join('\n')));
};

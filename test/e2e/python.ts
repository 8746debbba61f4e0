import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { E2eFailure } from './failure.ts';
import { RUN_FOLDER } from './paths.ts';
import { runWithLog } from './process.ts';

/** The interpreter of a Python environment with the pinned emulators. */
export const pythonWithEmulators = (): Promise<string> =>
  pythonWith(join(import.meta.dirname, 'requirements.txt'), RUN_FOLDER);

/** The interpreter of a Python environment with these packages, in a folder. Created if it is missing or out of date. */
export const pythonWith = async (requirements: string, folder: string): Promise<string> => {
  const environment = join(folder, 'venv');
  const python = join(environment, 'bin/python');
  // Contains the hash of the installed requirements. Written last.
  const installed = join(environment, 'installed');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return python;
  mustHavePython();
  mkdirSync(folder, { recursive: true });
  rmSync(environment, { recursive: true, force: true });
  await runWithLog('python3', ['-m', 'venv', environment], join(folder, 'venv.log'));
  const install = ['-m', 'pip', 'install', '--quiet', '--requirement', requirements];
  await runWithLog(python, install, join(folder, 'pip.log'));
  writeFileSync(installed, wanted);
  return python;
};

const mustHavePython = (): void => {
  const probe = spawnSync('python3', ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))']);
  if (probe.status === 0) return;
  throw new E2eFailure(
    'Python 3.10 or newer with venv is needed, and is not installed.',
    'Debian, Ubuntu: apt-get install python3 python3-venv. macOS: brew install python. Fedora: dnf install python3.',
  );
};

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { E2eFailure } from './failure.ts';
import { RUN_FOLDER } from './paths.ts';
import { runWithLog } from './process.ts';

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const VENV = join(RUN_FOLDER, 'venv');
/** Contains the hash of the installed requirements. Written last. */
const INSTALLED = join(VENV, 'installed');

/** A Python environment with the pinned emulators. Created if it is missing or out of date. */
export const pythonWithEmulators = async (): Promise<string> => {
  const python = join(VENV, 'bin/python');
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return python;
  mustHavePython();
  mkdirSync(RUN_FOLDER, { recursive: true });
  rmSync(VENV, { recursive: true, force: true });
  await runWithLog('python3', ['-m', 'venv', VENV], join(RUN_FOLDER, 'venv.log'));
  await runWithLog(
    python,
    ['-m', 'pip', 'install', '--quiet', '--requirement', REQUIREMENTS],
    join(RUN_FOLDER, 'pip.log'),
  );
  writeFileSync(INSTALLED, wanted);
  return python;
};

const mustHavePython = (): void => {
  const probe = spawnSync('python3', ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))']);
  if (probe.status === 0) return;
  throw new E2eFailure(
    'The emulators need Python 3.10 or newer with venv, which is not installed.',
    'Debian, Ubuntu: apt-get install python3 python3-venv. macOS: brew install python. Fedora: dnf install python3.',
  );
};

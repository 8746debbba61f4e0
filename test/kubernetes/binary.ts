import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { E2eFailure } from '../e2e/failure.ts';
import { runWithLog } from '../e2e/process.ts';
import { timedStep } from '../e2e/progress.ts';
import { CACHE_FOLDER, MODULE_FOLDER, RUN_FOLDER } from './paths.ts';

/** The path of a kube-apiserver of the version in `apiserver/go.mod`: from the cache, or built. */
export const apiServerBinary = async (): Promise<string> => {
  const binary = join(CACHE_FOLDER, `kube-apiserver-${version()}-${process.platform}-${process.arch}`);
  if (existsSync(binary)) return binary;
  if (!canRun('go', ['version']))
    throw new E2eFailure(
      `There is no kube-apiserver at ${binary}, and no Go to build it.`,
      'Install Go 1.26 or newer (the build takes about 8 CPU minutes), or put a binary of this version there.',
    );
  mkdirSync(CACHE_FOLDER, { recursive: true });
  // Built beside its name: a build that was interrupted must not look like a binary.
  const building = `${binary}.${process.pid}`;
  await timedStep(`kube-apiserver ${version()}, built`, () =>
    runWithLog(
      'go',
      ['build', '-trimpath', '-ldflags', ldflags(), '-o', building, '.'],
      join(RUN_FOLDER, 'build.log'),
      {
        cwd: MODULE_FOLDER,
        env: { ...process.env, CGO_ENABLED: '0' },
      },
    ),
  );
  renameSync(building, binary);
  return binary;
};

/** The etcd of this machine. Throws if it has none. */
export const etcdBinary = (): string => {
  if (canRun('etcd', ['--version'])) return 'etcd';
  throw new E2eFailure('This machine has no etcd.', 'Install it: apt-get install etcd-server.');
};

const version = (): string => {
  const [, found] = /k8s\.io\/kubernetes (v[\d.]+)/.exec(readFileSync(join(MODULE_FOLDER, 'go.mod'), 'utf8')) ?? [];
  if (found === undefined)
    throw new E2eFailure(`${MODULE_FOLDER}/go.mod does not require k8s.io/kubernetes.`, 'Restore the file from git.');
  return found;
};

/** Without these the server says that it is v0.0.0. */
const ldflags = (): string => {
  const [major = '1', minor = '0'] = version().slice(1).split('.');
  const set = (name: string, value: string) => `-X k8s.io/component-base/version.${name}=${value}`;
  return ['-s', '-w', set('gitVersion', version()), set('gitMajor', major), set('gitMinor', minor)].join(' ');
};

const canRun = (command: string, args: readonly string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

import { InputError } from '../lambdas/contracts/errors.ts';
import { packageJson } from '../lib/package-files.ts';

/** What only the laptop needs. An app that only deploys may leave it out. */
const FOR_THE_LAPTOP = ['aws-local-stepfunctions', 'dynalite'] as const;

/** Loads a package that only the laptop needs, or says in words that it must be installed. */
export const optionalPackage = async <T>(name: (typeof FOR_THE_LAPTOP)[number], load: () => Promise<T>): Promise<T> => {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error, name)) throw error;
    const { peerDependencies } = packageJson();
    throw new InputError(
      `the package ${name}`,
      'it is not installed, and an incident is played on this machine with it',
      `npm install --save-dev ${FOR_THE_LAPTOP.map((one) => `${one}@${peerDependencies[one] ?? 'latest'}`).join(' ')}`,
      error,
    );
  }
};

const isMissing = (error: unknown, name: string): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === 'ERR_MODULE_NOT_FOUND' &&
  error.message.startsWith(`Cannot find package '${name}'`);

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../../lambdas/contracts/errors.ts';

/** What a package.json says to install the packed file at a path. */
export const packageAt = (file: string): string => {
  const path = resolve(file);
  if (!file.endsWith('.tgz') || statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new InputError(
      `--package ${file}`,
      'there is no such file, or it is no .tgz',
      'a file that `npm pack` has made',
    );
  return `file:${path}`;
};

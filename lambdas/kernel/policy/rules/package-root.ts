import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../../contracts/errors.ts';

/**
 * The path of a file that stands in a clone where it stands in the package. It is here because the compiler of rules reads the
 * shipped policies, and cannot import lib/.
 */
export const packageFile = (...path: readonly string[]): string => join(rootAbove(import.meta.dirname), ...path);

const rootAbove = (folder: string): string => {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (dirname(folder) === folder)
    throw new InputError(import.meta.dirname, 'there is no package.json above it', 'Checkrein as npm installs it');
  return rootAbove(dirname(folder));
};

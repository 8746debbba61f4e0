import { basename } from 'node:path';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { templatePackages } from './app-files.ts';

/** What npm takes for the name of a package. */
const NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const LONGEST = 214;
const NOT_NAMES = ['node_modules', 'favicon.ico'];

/** The name of an app in a folder: the folder's own. */
export const nameFor = (folder: string): string => {
  const name = basename(folder);
  if (name !== '') return checkName(name, 'DIR');
  throw new InputError(
    `DIR ${JSON.stringify(folder)}`,
    'this folder has no name that the app could have',
    'another folder, or --name with one such as incident-response',
  );
};

/** A name that npm takes. One of a package that the app installs would make npm refuse to install it. */
export const checkName = (name: string, flag: string): string => {
  const where = `${flag} ${JSON.stringify(name)}`;
  const expected = flag === '--name' ? 'a name such as incident-response' : '--name with one such as incident-response';
  if (!NAME.test(name) || name.length > LONGEST || NOT_NAMES.includes(name))
    throw new InputError(
      where,
      'npm takes no such name for a package',
      `lower-case letters, digits and dashes: ${expected}`,
    );
  if (templatePackages().includes(name))
    throw new InputError(where, 'the app installs a package of this name, and npm refuses that', expected);
  return name;
};

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A file that a team edits, with its path for messages. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** A compiled part of the rules, and the problems in its source. The value counts only if there are none. */
export interface Compiled<T> {
  readonly value: T;
  readonly problems: readonly string[];
}

/** The files of a folder of `config/` with this ending, sorted by name. */
export const configFiles = (
  configDir: string,
  folder: string,
  ending: string,
  alsoRead?: string,
): Compiled<ConfigFile[]> => filesIn(join(configDir, folder), `${basename(configDir)}/${folder}`, ending, alsoRead);

/**
 * The files of a directory with this ending, sorted by name; messages name it by its label. Any other file is a problem: a policy
 * in a file with a misspelt ending would silently not apply. Names that end in `alsoRead` are read elsewhere.
 */
export const filesIn = (
  directory: string,
  label: string,
  ending: string,
  alsoRead?: string,
): Compiled<ConfigFile[]> => {
  const names = namesIn(directory).filter((name) => !name.startsWith('.') && !IGNORED.test(name));
  return {
    value: names
      .filter((name) => name.endsWith(ending))
      .toSorted()
      .map((name) => ({ path: `${label}/${name}`, text: readFileSync(join(directory, name), 'utf8') })),
    problems: names
      .filter((name) => !name.endsWith(ending) && !(alsoRead !== undefined && name.endsWith(alsoRead)))
      .map((name) => `${label}/${name}: not read; only files that end in ${ending} are`),
  };
};

/** Files that are ignored. */
const IGNORED = /\.(md|cedarschema)$/;

const namesIn = (directory: string): string[] => {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
};

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A file that a team edits, with its path as messages name it. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** A compiled part of the rules, and what is wrong with its source. It counts only where nothing is. */
export interface Compiled<T> {
  readonly value: T;
  readonly problems: readonly string[];
}

/**
 * The files of a folder of `config/` that end so, by name. Anything else in there is a problem: a policy in
 * a file with a misspelt ending would silently not hold.
 */
export const configFiles = (configDir: string, folder: string, ending: string): Compiled<ConfigFile[]> => {
  const directory = join(configDir, folder);
  const label = `${basename(configDir)}/${folder}`;
  const names = namesIn(directory).filter((name) => !name.startsWith('.') && !BESIDE.test(name));
  return {
    value: names
      .filter((name) => name.endsWith(ending))
      .toSorted()
      .map((name) => ({ path: `${label}/${name}`, text: readFileSync(join(directory, name), 'utf8') })),
    problems: names
      .filter((name) => !name.endsWith(ending))
      .map((name) => `${label}/${name}: not read; only files that end in ${ending} are`),
  };
};

/** What may lie beside the files that are read. */
const BESIDE = /\.(md|cedarschema)$/;

const namesIn = (directory: string): string[] => {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
};

import { readdirSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { ToolFiles } from '../../lambdas/tools/tool.ts';
import { MODULE_ENDINGS, moduleAt } from '../team-modules.ts';

/** The files of a folder of tools. Paths are absolute. */
export interface ToolSources {
  /** Name of the folder of tools. */
  readonly name: string;
  /** A folder for each tool, named after it with dashes. */
  readonly tools: readonly ToolSource[];
  /** AWS calls that these tools make and no shipped tool makes: a file for each service, named after it. */
  readonly commands: readonly CommandSource[];
}

export interface ToolSource {
  /** Name of the folder. */
  readonly folder: string;
  readonly manifest: string;
  readonly tool: string;
}

interface CommandSource {
  readonly service: string;
  readonly file: string;
}

/** No tools besides the shipped ones. */
export const NO_SOURCES: ToolSources = { name: 'tools', tools: [], commands: [] };

/** The files of a tool as messages name them. They are the same on every machine, since functions carry them. */
export const filesOf = ({ folder, ...source }: ToolSource, { name }: Pick<ToolSources, 'name'>): ToolFiles => ({
  manifest: `${name}/${folder}/${basename(source.manifest)}`,
  tool: `${name}/${folder}/${basename(source.tool)}`,
});

/** The folder in a folder of tools with the AWS calls. */
const COMMANDS_FOLDER = 'aws';

/** Finds the files of tools below a folder. A folder without a manifest is refused, because its tool would silently not be there. */
export const toolSourcesIn = (directory: string): ToolSources => {
  const root = resolve(directory);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InputError(`tools ${directory}`, 'this is not a directory', 'a directory with a folder for each tool');
  const entries = readdirSync(root, { withFileTypes: true }).filter(
    ({ name }) => !name.startsWith('.') && name !== 'node_modules',
  );
  const link = entries.find((one) => one.isSymbolicLink() && extname(one.name) === '');
  if (link !== undefined)
    throw new InputError(
      join(root, link.name),
      'this is a symbolic link, so a tool in it would not be found',
      'a folder in the folder of tools itself',
    );
  const folders = entries
    .filter((one) => one.isDirectory())
    .map(({ name }) => name)
    .toSorted();
  return {
    name: basename(root),
    tools: folders.filter((folder) => folder !== COMMANDS_FOLDER).map((folder) => toolIn(root, folder)),
    commands: folders.includes(COMMANDS_FOLDER) ? commandsIn(join(root, COMMANDS_FOLDER)) : [],
  };
};

const toolIn = (root: string, folder: string): ToolSource => {
  const [manifest, tool] = ['manifest', 'tool'].map((name) => moduleAt(join(root, folder, name)));
  if (manifest !== undefined && tool !== undefined) return { folder, manifest, tool };
  throw new InputError(
    join(root, folder),
    `there is no ${manifest === undefined ? 'manifest.ts' : 'tool.ts'} in this folder`,
    'a folder with manifest.ts and tool.ts for each tool; code that tools share stands beside the folders, not in one',
  );
};

const commandsIn = (folder: string): CommandSource[] =>
  readdirSync(folder)
    .toSorted()
    .flatMap((name) => {
      const ending = MODULE_ENDINGS.find((one) => name.endsWith(one));
      return ending === undefined ? [] : [{ service: name.slice(0, -ending.length), file: join(folder, name) }];
    });

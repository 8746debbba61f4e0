import { resolve } from 'node:path';
import * as z from 'zod';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { CommandTable } from '../../lambdas/providers/aws/commands/table.ts';
import { INSTALLED, installedWith, type Installation } from '../../lambdas/providers/installed.ts';
import type { OwnTool } from '../../lambdas/tools/installed.ts';
import { teamModules, type LoadModule } from '../team-modules.ts';
import { ChangeModule, CommandsModule, ManifestModule, ObserveModule, SHAPES } from './shape.ts';
import { NO_SOURCES, toolSourcesIn, type ToolSource, type ToolSources } from './sources.ts';

/** What a deployment has installed, and the files of the tools that are a team's own. */
export interface WithOwnTools {
  readonly installed: Installation;
  readonly sources: ToolSources;
}

/** What is installed with the tools of a folder, if there is one. Their code is loaded, so that what cannot run is found here. */
export const installedFrom = (directory: string | undefined): WithOwnTools => {
  if (directory === undefined) return { installed: INSTALLED, sources: NO_SOURCES };
  const root = resolve(directory);
  const sources = toolSourcesIn(root);
  if (sources.tools.length === 0 && sources.commands.length === 0) return { installed: INSTALLED, sources };
  const load = teamModules(`tools ${directory}`, root, entriesOf(sources));
  const tools = sources.tools.map((source) => ownTool(source, load));
  return { installed: installedWith(tools, ownCommands(sources, load)), sources };
};

const entriesOf = ({ tools, commands }: ToolSources): Record<string, string> =>
  Object.fromEntries([
    ...tools.flatMap(({ folder, manifest, tool }): [string, string][] => [
      [`${folder}.manifest`, manifest],
      [`${folder}.tool`, tool],
    ]),
    ...commands.map(({ service, file }): [string, string] => [`aws.${service}`, file]),
  ]);

const ownTool = ({ folder, manifest: file, tool: toolFile }: ToolSource, load: LoadModule): OwnTool => {
  const { manifest } = shaped(load(`${folder}.manifest`, file), SHAPES.manifest, ManifestModule, file);
  const code = load(`${folder}.tool`, toolFile);
  if (manifest.kind === 'observe') {
    const tool = shaped(code, SHAPES.observe, ObserveModule, toolFile);
    return { manifest, load: async () => tool };
  }
  const tool = shaped(code, SHAPES.change, ChangeModule, toolFile);
  return { manifest, load: async () => tool };
};

const ownCommands = ({ commands }: ToolSources, load: LoadModule): CommandTable =>
  Object.fromEntries(
    commands.map(({ service, file }) => {
      const module = shaped(load(`aws.${service}`, file), SHAPES.commands, CommandsModule, file);
      return [service, async () => module];
    }),
  );

/** A module of a shape, or what about it is not of that shape. */
const shaped = <T>(module: unknown, shape: z.ZodType, typed: z.ZodType<T>, file: string): T => {
  const { error } = shape.safeParse(module);
  const parsed = typed.safeParse(module);
  if (error === undefined && parsed.success) return parsed.data;
  throw new InputError(
    file,
    error === undefined ? 'it is no such module' : z.prettifyError(error),
    'what the guide to own tools shows',
  );
};

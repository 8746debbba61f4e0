import { join, relative, resolve } from 'node:path';
import type * as z from 'zod';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { shippedFile } from '../../lambdas/kernel/policy/rules/tool-capacity.ts';
import { commandProblems, commandsFor } from '../../lambdas/kernel/policy/rules/tool-commands.ts';
import type { DeclaredTool } from '../../lambdas/kernel/policy/rules/tool-name.ts';
import { toolProblems } from '../../lambdas/kernel/policy/rules/tool-promises.ts';
import { providerProblems } from '../../lambdas/kernel/policy/rules/tool-provider.ts';
import type { ServiceCommands } from '../../lambdas/providers/aws/commands/command.ts';
import { INSTALLED, installedWith, type Installation } from '../../lambdas/providers/installed.ts';
import type { OwnTool } from '../../lambdas/tools/installed.ts';
import { teamModules, type LoadModule } from '../team-modules.ts';
import { serviceProblems } from './service-file.ts';
import { gettersIn } from './getters.ts';
import { ChangeModule, CommandsModule, ManifestModule, ObserveModule, SHAPES } from './shape.ts';
import { filesOf, NO_SOURCES, toolSourcesIn, type ToolSource, type ToolSources } from './sources.ts';
import { ToolsError } from './tools-error.ts';

/** What a deployment has installed, and the files of the tools that are a team's own. */
export interface WithOwnTools {
  readonly installed: Installation;
  readonly sources: ToolSources;
}

/** What could be loaded, and what is wrong with the rest. */
interface Loaded<T> {
  readonly found: readonly T[];
  readonly problems: readonly string[];
}

/**
 * What is installed with the tools of a folder, if there is one. Their code is loaded, so that what cannot run is found here, and
 * they are held to the promises of every tool. All problems are in one ToolsError.
 */
export const installedFrom = (directory: string | undefined): WithOwnTools => {
  if (directory === undefined) return { installed: INSTALLED, sources: NO_SOURCES };
  const root = resolve(directory);
  const sources = toolSourcesIn(root);
  if (sources.tools.length === 0 && sources.commands.length === 0) return { installed: INSTALLED, sources };
  const load = teamModules(`tools ${directory}`, root, entriesOf(sources));
  const shown = (file: string): string => join(sources.name, relative(root, file));
  const tools = collected(sources.tools, (source) => ownTool(source, sources, load, shown));
  const commands = collected(sources.commands, ({ service, file }) => ({
    service,
    module: shaped(load(`aws.${service}`, shown(file)), SHAPES.commands, CommandsModule, shown(file)),
    file: shown(file),
  }));
  const problems = [...tools.problems, ...commands.problems, ...promises(tools.found, commands.found, sources.name)];
  if (problems.length > 0) throw new ToolsError(directory, problems);
  const table = Object.fromEntries(commands.found.map(({ service, module }) => [service, async () => module]));
  return { installed: installedWith(tools.found, table), sources };
};

/** What of the promises of all tools is not kept by these. */
const promises = (
  tools: readonly OwnTool[],
  services: readonly {
    readonly service: string;
    readonly file: string;
    readonly module: { service: ServiceCommands };
  }[],
  folder: string,
): string[] => {
  const declared = tools.map(({ manifest, files }) => ({ manifest, file: files?.manifest ?? folder }));
  const shipped: DeclaredTool[] = INSTALLED.catalogue.manifests.map((manifest) => ({
    manifest,
    file: `${shippedFile(manifest)} of Checkrein`,
  }));
  const shipping = commandsFor(INSTALLED.catalogue.manifests);
  const own = Object.fromEntries(
    services.map(({ service, module }) => [service, Object.keys(module.service.commands)]),
  );
  const fileOf = ({ name }: { name: string }): string | undefined =>
    declared.find(({ manifest }) => manifest.name === name)?.file;
  return [
    ...toolProblems(declared, shipped),
    ...providerProblems(
      declared.map(({ manifest }) => manifest),
      INSTALLED.providers,
      fileOf,
    ),
    ...services.flatMap(({ service, file, module }) =>
      serviceProblems(file, module.service, Object.hasOwn(shipping, service) ? (shipping[service] ?? []) : []),
    ),
    ...commandProblems(declared, folder, shipping, own),
  ];
};

const collected = <Source, T>(sources: readonly Source[], make: (source: Source) => T): Loaded<T> => {
  const [found, problems]: [T[], string[]] = [[], []];
  for (const source of sources)
    try {
      found.push(make(source));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(`${error.message}; expected ${error.advice}`);
    }
  return { found, problems };
};

const entriesOf = ({ tools, commands }: ToolSources): Record<string, string> =>
  Object.fromEntries<string>([
    ...tools.flatMap(({ folder, manifest, tool }): [string, string][] => [
      [`${folder}.manifest`, manifest],
      [`${folder}.tool`, tool],
    ]),
    ...commands.map(({ service, file }): [string, string] => [`aws.${service}`, file]),
  ]);

const ownTool = (
  source: ToolSource,
  sources: ToolSources,
  load: LoadModule,
  shown: (file: string) => string,
): OwnTool => {
  const files = filesOf(source, sources);
  const { folder } = source;
  const { manifest } = shaped(
    refuseGetters(load(`${folder}.manifest`, shown(source.manifest)), files.manifest),
    SHAPES.manifest,
    ManifestModule,
    files.manifest,
  );
  const code = load(`${folder}.tool`, shown(source.tool));
  if (manifest.kind === 'observe') {
    const module = shaped(code, SHAPES.observe, ObserveModule, files.tool);
    sameManifest(module.tool.manifest, manifest, files.tool);
    return { manifest, files, load: async () => module };
  }
  const module = shaped(code, SHAPES.change, ChangeModule, files.tool);
  sameManifest(module.tool.manifest, manifest, files.tool);
  return { manifest, files, load: async () => module };
};

/** Permissions follow from the manifest's file, calls from that of the code: so they must be one. */
const sameManifest = (ofTool: unknown, manifest: unknown, file: string): void => {
  if (ofTool !== manifest)
    throw new InputError(
      file,
      'its tool has another manifest than the file manifest.ts beside it',
      "import { manifest } from './manifest.ts', given to changeTool or observeTool",
    );
};

/** Permissions are made at synth and calls at run time: a manifest that computes itself could say something else each time. */
const refuseGetters = (module: unknown, file: string): unknown => {
  const [path] = gettersIn(module, []);
  if (path === undefined) return module;
  throw new InputError(file, `${path} is a getter`, 'a value, so that the manifest is the same whenever it is read');
};

/** A module of a shape, or what about it is not of that shape. */
const shaped = <T>(module: unknown, shape: z.ZodType, typed: z.ZodType<T>, file: string): T => {
  const { error } = shape.safeParse(module);
  const parsed = typed.safeParse(module);
  if (error === undefined && parsed.success) return parsed.data;
  const issues = error?.issues.map(({ path, message }) => `${path.join('.') || 'module'}: ${message}`) ?? [];
  throw new InputError(
    file,
    issues.length === 0 ? 'it is no such module' : issues.join('; '),
    'what the guide to own tools shows',
  );
};

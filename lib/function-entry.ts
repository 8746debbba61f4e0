import { moduleFile, type ModuleName } from './package-files.ts';
import { filesOf, type ToolSources } from './own-tools/sources.ts';

/** Functions that call no tool. */
const WITHOUT_TOOLS: readonly ModuleName[] = ['moments', 'notify', 'digest', 'subscriptions'];

/** The module of a Lambda function: what the package has of it, for the shipped tools and those of a team. */
export const functionEntry = (name: ModuleName, sources: ToolSources): string => {
  if (WITHOUT_TOOLS.includes(name)) return `export { handler } from ${JSON.stringify(moduleFile(name))};`;
  const { tools, commands } = sources;
  const own = tools.map((source, index) => ({
    name: `manifest${index}`,
    manifest: source.manifest,
    line: `{ manifest: manifest${index}, files: ${JSON.stringify(filesOf(source, sources))}, load: () => import(${JSON.stringify(source.tool)}) }`,
  }));
  const table = commands.map(
    ({ service, file }) => `${JSON.stringify(service)}: () => import(${JSON.stringify(file)})`,
  );
  return [
    importOf('handlerOf', moduleFile(name)),
    importOf('installedWith', moduleFile('installed')),
    ...own.map(({ name: alias, manifest }) => importOf(`manifest as ${alias}`, manifest)),
    `const own = [${own.map(({ line }) => line).join(', ')}];`,
    `const ownCommands = { ${table.join(', ')} };`,
    'export const handler = handlerOf(installedWith(own, ownCommands));',
  ].join('\n');
};

const importOf = (what: string, file: string): string => `import { ${what} } from ${JSON.stringify(file)};`;

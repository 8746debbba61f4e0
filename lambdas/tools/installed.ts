import { contractBroken } from '../contracts/errors.ts';
import type { Provider } from '../contracts/provider.ts';
import type { ChangeManifest, Manifest, ObserveManifest } from '../contracts/tool.ts';
import { ownChangeTool, ownObserveTool } from './own-tool.ts';
import type { CatalogueLine, ChangeTool, ObserveTool, ToolFiles } from './tool.ts';

/** The tools of a deployment. It is passed on as a value, so that a test or another deployment can have other tools. */
export interface Catalogue {
  readonly observe: readonly CatalogueLine<ObserveManifest>[];
  readonly change: readonly CatalogueLine<ChangeManifest>[];
  /** All of them. */
  readonly manifests: readonly Manifest[];
  /** The files of a tool of a team's own. A shipped tool has none. */
  filesOf(name: string): ToolFiles | undefined;
  /** Load the code of a tool. The name must have passed admission. */
  loadObserve(name: string): Promise<ObserveTool>;
  loadChange(name: string): Promise<ChangeTool>;
}

/** Tools of a team's own, besides the shipped ones. */
export type OwnTool = CatalogueLine<ObserveManifest> | CatalogueLine<ChangeManifest>;

/** Tools, and the providers that they stand on. */
export interface Installed {
  readonly catalogue: Catalogue;
  readonly providers: readonly Provider[];
}

/** The port of every step that calls tools or admits calls of them. */
export interface ToolPorts {
  readonly installed: Installed;
}

/** A catalogue of these tools. */
export const catalogueOf = (
  observe: readonly CatalogueLine<ObserveManifest>[],
  change: readonly CatalogueLine<ChangeManifest>[],
): Catalogue => ({
  observe,
  change,
  manifests: [...observe, ...change].map(({ manifest }) => manifest),
  filesOf: (name) => [...observe, ...change].find(({ manifest }) => manifest.name === name)?.files,
  loadObserve: async (name) => {
    const line = observe.find(({ manifest }) => manifest.name === name);
    if (line === undefined) throw contractBroken(`There is no observe tool ${name}.`);
    const { tool } = await line.load();
    return line.files === undefined ? tool : ownObserveTool(tool, line.files);
  },
  loadChange: async (name) => {
    const line = change.find(({ manifest }) => manifest.name === name);
    if (line === undefined) throw contractBroken(`There is no change tool ${name}.`);
    const { tool } = await line.load();
    return line.files === undefined ? tool : ownChangeTool(tool, line.files);
  },
});

import { CATALOGUE } from '../tools/catalogue.ts';
import { catalogueOf, type Installed, type OwnTool } from '../tools/installed.ts';
import type { Provider } from '../contracts/provider.ts';
import type { ChangeManifest, ObserveManifest } from '../contracts/tool.ts';
import type { CatalogueLine } from '../tools/tool.ts';
import type { CommandTable } from './aws/commands/table.ts';
import { aws } from './aws/provider.ts';
import { kubernetes } from './kubernetes/provider.ts';

/** What a deployment has installed, with the AWS calls that tools of its own make besides those of the shipped ones. */
export interface Installation extends Installed {
  readonly ownCommands: CommandTable;
}

/** What tools stand on. To install a provider: its folder, a line here, and its accesses in `reads.ts` and `changes.ts`. */
export const PROVIDERS: readonly Provider[] = [aws, kubernetes];

/** What Checkrein ships. */
export const INSTALLED: Installation = { catalogue: CATALOGUE, providers: PROVIDERS, ownCommands: {} };

/** What Checkrein ships, with tools of a team's own. */
export const installedWith = (own: readonly OwnTool[], ownCommands: CommandTable = {}): Installation => ({
  ...INSTALLED,
  catalogue: catalogueOf(
    [...CATALOGUE.observe, ...own.filter(isObserve)],
    [...CATALOGUE.change, ...own.filter(isChange)],
  ),
  ownCommands,
});

const isObserve = (line: OwnTool): line is CatalogueLine<ObserveManifest> => line.manifest.kind === 'observe';
const isChange = (line: OwnTool): line is CatalogueLine<ChangeManifest> => line.manifest.kind === 'change';

import type { ChangeScope } from '../../contracts/ports.ts';
import { providerOf } from '../../contracts/tool.ts';
import type { Change, ChangeTool } from '../../tools/tool.ts';
import type { Journal } from '../trace/journal.ts';
import { locationOf } from '../trace/location.ts';

/** What the credentials for a change are cut to: the change calls of its tool, on its target, where the incident is. */
export const changeScopeOf = (
  { manifest }: ChangeTool,
  { target }: Change,
  { events, incident }: Pick<Journal, 'events' | 'incident'>,
  purpose: 'dry-run' | 'apply' | 'rollback',
): ChangeScope => ({
  provider: providerOf(manifest),
  calls: manifest.changes,
  target,
  location: locationOf(events),
  sessionName: `${purpose}-${incident}`,
});

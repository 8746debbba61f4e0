import type { ChangeScope } from '../../contracts/ports.ts';
import { providerOf } from '../../contracts/tool.ts';
import type { Change, ChangeTool } from '../../tools/tool.ts';
import type { Journal } from '../trace/journal.ts';
import { locationOf } from '../trace/location.ts';

/** What the credentials for a change are cut to: the change calls of its tool, on its target, where the incident is. */
export const changeScopeOf = (
  tool: ChangeTool,
  change: Change,
  { events, incident }: Pick<Journal, 'events' | 'incident'>,
  purpose: ChangeScope['purpose'],
): ChangeScope => {
  const also = tool.alsoTouches(change);
  return {
    provider: providerOf(tool.manifest),
    calls: tool.manifest.changes,
    target: change.target,
    ...((also.refs.length > 0 || also.role !== undefined) && { also }),
    location: locationOf(events),
    tool: tool.manifest.name,
    purpose,
    sessionName: `${purpose}-${incident}`,
  };
};

import type { TraceEvent } from '../../contracts/events.ts';
import type { Clock, CloudAccess } from '../../contracts/ports.ts';
import { providerOf, type Manifest } from '../../contracts/tool.ts';
import type { ToolContext } from '../../tools/tool.ts';
import { locationOf } from './location.ts';
import { subjectOn } from './subject.ts';

/** What a tool works with in an incident: only the reads of its manifest, in the incident's account and Region. */
export const toolContext = (
  ports: { readonly cloud: CloudAccess; readonly clock: Clock },
  { provider, reads }: Pick<Manifest, 'provider' | 'reads'>,
  events: readonly TraceEvent[],
): ToolContext => ({
  cloud: ports.cloud({ provider: providerOf({ provider }), calls: reads }, locationOf(events)),
  clock: ports.clock,
  subject: subjectOn(events),
});

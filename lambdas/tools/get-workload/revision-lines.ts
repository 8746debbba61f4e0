import type { Cloud } from '../../contracts/ports.ts';
import type { Place } from '../kubernetes/call-cluster.ts';
import { listRevisions, revisionText } from '../kubernetes/revisions.ts';
import type { Workload, WorkloadKind } from '../kubernetes/workload.ts';

const MOST_REVISIONS = 6;

/** The newest revisions of a workload, each with what it changed. */
export const revisionLines = async (
  cloud: Cloud,
  { kind, ...place }: Place & { readonly kind: WorkloadKind },
  { metadata }: Workload,
  now: Date,
): Promise<readonly string[]> => {
  const all = (await listRevisions(cloud, kind, place)).filter(({ owner }) => owner === metadata.uid);
  if (all.length === 0) return ['Revisions: none is kept.'];
  const shown = all.slice(0, MOST_REVISIONS);
  return [
    `Revisions (${shown.length} of ${all.length} that are kept, the newest first):`,
    ...shown.map((one, index) => `- ${revisionText(one, all[index + 1], now)}`),
  ];
};

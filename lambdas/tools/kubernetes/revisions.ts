import * as z from 'zod';
import { JsonObject } from '../../contracts/json.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { listObjects, type Place } from './call-cluster.ts';
import { Metadata } from './objects.ts';
import { selectorText, type LabelSelector } from './selector.ts';
import { changeText, templateChanges } from './template-diff.ts';
import { counted, whenText } from './text.ts';
import type { WorkloadKind } from './workload.ts';

/** A template that a workload has or had. */
export interface Revision {
  readonly revision: number;
  readonly owner: string;
  /** The ReplicaSet or ControllerRevision that keeps it. */
  readonly name: string;
  readonly created: string;
  /** Pods that it has now. Not known of StatefulSets and DaemonSets. */
  readonly pods: number | undefined;
  readonly template: JsonObject;
  /** Why it was made, if somebody wrote that down. */
  readonly cause: string;
}

const REVISION = 'deployment.kubernetes.io/revision';
/** More changed fields are not named. */
const MOST_CHANGES = 8;
const CAUSE = 'kubernetes.io/change-cause';

const ReplicaSet = z.object({
  metadata: Metadata,
  spec: z.object({ template: JsonObject }),
  status: z.object({ replicas: z.int().default(0) }),
});
const ControllerRevision = z.object({
  metadata: Metadata,
  revision: z.int(),
  // Other controllers keep other things in such objects.
  data: z
    .object({ spec: z.object({ template: JsonObject }) })
    .optional()
    .catch(undefined),
});

/**
 * The revisions of the workloads of a kind in a namespace, the newest first. `owner` is the UID of the workload. With the selector
 * of one workload only what that selects: a namespace of fifty Deployments has more ReplicaSets than one answer holds.
 */
export const listRevisions = async (
  cloud: Cloud,
  kind: WorkloadKind,
  place: Place,
  selector?: LabelSelector,
): Promise<readonly Revision[]> => {
  const labels = selector === undefined ? '' : selectorText(selector);
  const query = labels === '' ? {} : { labelSelector: labels };
  const found =
    kind === 'deployments' ? await replicaSets(cloud, place, query) : await controllerRevisions(cloud, place, query);
  return found.toSorted((one, other) => other.revision - one.revision);
};

const replicaSets = async (cloud: Cloud, place: Place, query: JsonObject): Promise<readonly Revision[]> => {
  const { items } = await listObjects(cloud, 'apps/v1', 'replicasets', place, ReplicaSet, query);
  return items.flatMap(({ metadata, spec, status }) => {
    const revision = Number(metadata.annotations[REVISION]);
    // Without a number it belongs to no Deployment.
    if (!Number.isInteger(revision)) return [];
    return [{ ...common(metadata), revision, pods: status.replicas, template: spec.template }];
  });
};

const controllerRevisions = async (cloud: Cloud, place: Place, query: JsonObject): Promise<readonly Revision[]> => {
  const { items } = await listObjects(cloud, 'apps/v1', 'controllerrevisions', place, ControllerRevision, query);
  return items.flatMap(({ metadata, revision, data }) =>
    data === undefined ? [] : [{ ...common(metadata), revision, pods: undefined, template: data.spec.template }],
  );
};

const common = ({ name, creationTimestamp, ownerReferences, annotations }: z.output<typeof Metadata>) => ({
  name,
  created: creationTimestamp,
  owner: ownerReferences[0]?.uid ?? '',
  cause: annotations[CAUSE] ?? '',
});

/** A revision, and what it changed of the one before. */
export const revisionText = (revision: Revision, before: Revision | undefined, now: Date): string => {
  const { name, created, pods, cause, template } = revision;
  const found = before === undefined ? [] : templateChanges(before.template, template);
  const more = found.length > MOST_CHANGES ? ` and ${found.length - MOST_CHANGES} more fields` : '';
  const changed =
    before === undefined
      ? revision.revision === 1
        ? 'the first one'
        : 'the one before is not kept'
      : found.length === 0
        ? `the same template as revision ${before.revision}`
        : `changed ${found.slice(0, MOST_CHANGES).map(changeText).join(', ')}${more}`;
  const has = pods === undefined ? '' : `, ${counted(pods, 'pod')}`;
  return `revision ${revision.revision} (${name}${has}), made ${whenText(created, now)}: ${changed}${cause === '' ? '' : `; cause: ${cause}`}`;
};

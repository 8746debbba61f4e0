import type { Cloud } from '../../contracts/ports.ts';
import type { Place } from '../kubernetes/call-cluster.ts';
import { effective, limitRangesOf, type LimitRangeItem } from '../kubernetes/limit-ranges.ts';
import type { Resources } from '../kubernetes/objects.ts';
import { templateOf } from '../kubernetes/template.ts';
import type { Workload } from '../kubernetes/workload.ts';
import { containerNamed, type Amounts } from './fields.ts';

/** What the containers of a pod have in the end, with the defaults of the API server and of LimitRanges. */
interface PodResources {
  readonly containers: readonly Resources[];
  readonly initContainers: readonly Resources[];
  /** The container that the change is about. */
  readonly changed: Resources;
}

/** The pods of a workload before a change of one container's amounts, and after it. */
export interface Pods {
  readonly before: PodResources;
  readonly after: PodResources;
  readonly ranges: readonly LimitRangeItem[];
}

/** Reads what pods have and would have. */
export const podsOf = async (
  cloud: Cloud,
  { container, ...place }: Place & { readonly container: string },
  workload: Workload,
  after: Amounts,
): Promise<Pods> => {
  const ranges = await limitRangesOf(cloud, place);
  const { containers, initContainers } = templateOf(workload).spec;
  const podWith = (resources: Resources): PodResources => ({
    containers: containers.map((one) => effective(one.name === container ? resources : one.resources, ranges)),
    initContainers: initContainers.map((one) => effective(one.resources, ranges)),
    changed: effective(resources, ranges),
  });
  const { resources } = containerNamed(workload, container);
  return { before: podWith(resources), after: podWith(withAmounts(resources, after)), ranges };
};

const withAmounts = ({ requests, limits }: Resources, after: Amounts): Resources => ({
  requests: merged(requests, after.requests),
  limits: merged(limits, after.limits),
});

const merged = (
  found: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string | null>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...found, ...wanted }).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );

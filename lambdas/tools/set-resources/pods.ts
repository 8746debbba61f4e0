import type { Cloud } from '../../contracts/ports.ts';
import type { Unit } from '../kubernetes/changes/capacity.ts';
import type { Place } from '../kubernetes/call-cluster.ts';
import { effective, limitRangesOf, type LimitRangeItem } from '../kubernetes/limit-ranges.ts';
import type { Resources } from '../kubernetes/objects.ts';
import { totalOfPod } from '../kubernetes/total.ts';
import { templateOf } from '../kubernetes/template.ts';
import type { Workload } from '../kubernetes/workload.ts';
import { containerNamed, present, type Amounts } from './fields.ts';

/** What the containers of a pod have in the end, with the defaults of the API server and of LimitRanges. */
interface PodResources {
  readonly containers: readonly Resources[];
  /** Init containers too. */
  readonly all: readonly Resources[];
  /** What quotas count for the pod. */
  readonly total: Resources;
}

/** The pods of a workload before a change of one container's amounts, and after it. */
export interface Pods {
  readonly before: PodResources;
  readonly after: PodResources;
  /** The container that the change is about. */
  readonly unit: Unit;
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
  const podWith = (changed: Resources): PodResources => {
    const own = containers.map((one) => effective(one.name === container ? changed : one.resources, ranges));
    const first = initContainers.map((one) => ({ ...one, resources: effective(one.resources, ranges) }));
    const total = totalOfPod({ containers: own, initContainers: first });
    return { containers: own, all: [...own, ...first.map(({ resources }) => resources)], total };
  };
  const { resources } = containerNamed(workload, container);
  const wanted = withAmounts(resources, after);
  const unit = { container, before: effective(resources, ranges), after: effective(wanted, ranges) };
  return { before: podWith(resources), after: podWith(wanted), unit, ranges };
};

const withAmounts = ({ requests, limits }: Resources, after: Amounts): Resources => ({
  requests: present({ ...requests, ...after.requests }),
  limits: present({ ...limits, ...after.limits }),
});

/**
 * What a proposal is judged by: the container, and its memory request alone. A cut of the request counts itself, whatever the
 * limit above it still allows: that does not keep a container on a node that has become full.
 */
export const judgedUnits = ({ unit }: Pick<Pods, 'unit'>): readonly Unit[] => [
  unit,
  { container: unit.container, before: memoryRequest(unit.before), after: memoryRequest(unit.after) },
];

const memoryRequest = ({ requests: { memory } }: Resources): Resources => ({
  requests: memory === undefined ? {} : { memory },
  limits: {},
});

import type { Cloud } from '../../contracts/ports.ts';
import { listObjects, type Place } from '../kubernetes/call-cluster.ts';
import { KINDS } from '../kubernetes/input.ts';
import { effective } from '../kubernetes/limit-ranges.ts';
import { millicoresOf, wholeOf } from '../kubernetes/quantity.ts';
import { weightOf, type Amounts } from '../kubernetes/request-prices.ts';
import { rolloutOf } from '../kubernetes/rollout.ts';
import { templateOf } from '../kubernetes/template.ts';
import { Workload, type WorkloadKind } from '../kubernetes/workload.ts';

/** A workload with what its containers ask for. */
export interface Candidate {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly workload: Workload;
  readonly pods: number;
  readonly containers: readonly (Amounts & { readonly name: string })[];
  /** Of all pods. */
  readonly asked: Amounts;
}

/** The workloads of a namespace, those that ask for most first, and whether these are all. */
export const candidatesIn = async (
  cloud: Cloud,
  place: Place,
): Promise<{ readonly candidates: readonly Candidate[]; readonly complete: boolean }> => {
  const kinds: readonly WorkloadKind[] = ['deployments', 'statefulsets', 'daemonsets'];
  const lists = await Promise.all(
    kinds.map(async (kind) => ({ kind, ...(await listObjects(cloud, 'apps/v1', kind, place, Workload)) })),
  );
  const candidates = lists.flatMap(({ kind, items }) => items.map((workload) => candidateOf(kind, workload)));
  return {
    candidates: candidates.toSorted((one, other) => weightOf(other.asked) - weightOf(one.asked)),
    complete: lists.every(({ complete }) => complete),
  };
};

const candidateOf = (kind: WorkloadKind, workload: Workload): Candidate => {
  const pods = rolloutOf(kind, workload).wanted;
  const containers = templateOf(workload).spec.containers.map(({ name, resources }) => {
    const { requests } = effective(resources, []);
    return { name, millicores: millicoresOf(requests['cpu'] ?? '0'), bytes: wholeOf(requests['memory'] ?? '0') };
  });
  const sum = (of: keyof Amounts): number => pods * containers.reduce((total, one) => total + one[of], 0);
  const asked = { millicores: sum('millicores'), bytes: sum('bytes') };
  return { kind, name: workload.metadata.name, workload, pods, containers, asked };
};

/** `Deployment checkout`. */
export const called = ({ kind, name }: Pick<Candidate, 'kind' | 'name'>): string => `${KINDS[kind]} ${name}`;

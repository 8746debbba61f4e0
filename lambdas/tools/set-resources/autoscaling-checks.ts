import * as z from 'zod';
import type { DryRunCheck } from '../../contracts/plan.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { autoscalersOf, type Autoscaler, type MetricSpec, type WorkloadRef } from '../kubernetes/autoscalers.ts';
import type { Resources } from '../kubernetes/objects.ts';
import { nanosOf } from '../kubernetes/quantity.ts';
import { counted } from '../kubernetes/text.ts';
import type { Pods } from './pods.ts';

/** An autoscaler does nothing about a difference of less than this from its target. */
const TOLERANCE = 0.1;

const Utilization = z.object({ averageUtilization: z.int().optional() });
const Metric = z.object({
  name: z.string(),
  container: z.string().optional(),
  target: Utilization.optional(),
  current: Utilization.optional(),
});
type Metric = z.output<typeof Metric>;

/** What the autoscalers of a workload will make of other requests: their utilisation is a share of these. */
export const autoscalingChecks = async (
  cloud: Cloud,
  { container, ...workload }: WorkloadRef & { readonly container: string },
  pods: Pods,
): Promise<readonly DryRunCheck[]> => {
  const autoscalers = await autoscalersOf(cloud, workload);
  return autoscalers.flatMap((one) =>
    one.spec.metrics.flatMap((spec) => {
      const metric = metricOf(spec);
      const target = metric?.target?.averageUtilization;
      if (metric === undefined || target === undefined) return [];
      if (metric.container !== undefined && metric.container !== container) return [];
      const [before, after] = [requested(metric, pods, 'before'), requested(metric, pods, 'after')];
      return before === after ? [] : [checkOf(one, metric, target, { before, after })];
    }),
  );
};

const metricOf = (spec: z.output<typeof MetricSpec>): Metric | undefined =>
  Metric.safeParse(spec['resource'] ?? spec['containerResource']).data;

/** What the utilisation is a share of: the requests of all containers, or those of one. */
const requested = ({ name, container }: Metric, pods: Pods, side: 'before' | 'after'): bigint => {
  const of = ({ requests }: Resources): bigint => nanosOf(requests[name] ?? '0');
  return container === undefined ? pods[side].containers.reduce((sum, one) => sum + of(one), 0n) : of(pods.unit[side]);
};

const checkOf = (
  { metadata, spec, status }: Autoscaler,
  metric: Metric,
  target: number,
  { before, after }: { readonly before: bigint; readonly after: bigint },
): DryRunCheck => {
  const name = `autoscaler ${metadata.name}`;
  const what = `The HorizontalPodAutoscaler ${metadata.name} holds ${metric.name} at ${target} % of the requests`;
  const now = status.currentMetrics.map(metricOf).find(isSameAs(metric))?.current?.averageUtilization;
  if (now === undefined || before === 0n || after === 0n)
    return {
      name,
      outcome: 'unknown',
      detail: `${what}, and how much is used now is not known: other requests may make it add or remove pods.`,
    };
  const later = Math.round((now * Number(before)) / Number(after));
  const pods = status.currentReplicas;
  const wanted = wantedPods(pods, later / target, spec);
  const arithmetic = `${what}: ${now} % now, ${later} % after`;
  const bounds = `${spec.minReplicas} to ${spec.maxReplicas}`;
  return wanted === pods
    ? { name, outcome: 'passed', detail: `${arithmetic}. It would leave ${counted(pods, 'pod')} (bounds ${bounds}).` }
    : {
        name,
        outcome: 'warning',
        detail: `${arithmetic}. It would go from ${pods} to ${counted(wanted, 'pod')} (bounds ${bounds}) at the use of now.`,
      };
};

const isSameAs =
  ({ name, container }: Metric) =>
  (other: Metric | undefined): boolean =>
    other?.name === name && other.container === container;

/** As the controller works it out. */
const wantedPods = (
  pods: number,
  ratio: number,
  { minReplicas, maxReplicas }: Pick<Autoscaler['spec'], 'minReplicas' | 'maxReplicas'>,
): number => {
  const wish = Math.abs(ratio - 1) <= TOLERANCE ? pods : Math.ceil(pods * ratio);
  return Math.min(maxReplicas, Math.max(minReplicas, wish));
};

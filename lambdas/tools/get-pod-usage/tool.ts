import * as z from 'zod';
import { Timestamp } from '../aws/call-aws.ts';
import { ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { isNoSuchApi, listObjects, type Listed, type Place } from '../kubernetes/call-cluster.ts';
import { ownerOf, Pod } from '../kubernetes/objects.ts';
import { millicoresOf, wholeOf } from '../kubernetes/quantity.ts';
import { bytesText, coresText, whenText } from '../kubernetes/text.ts';
import { observeTool } from '../tool.ts';
import { manifest } from './manifest.ts';

const PodMetrics = z.object({
  metadata: z.object({ name: z.string() }),
  timestamp: Timestamp,
  containers: z.array(
    z.object({ name: z.string(), usage: z.object({ cpu: z.string().default('0'), memory: z.string().default('0') }) }),
  ),
});
type PodMetrics = z.output<typeof PodMetrics>;

/** What one container uses of one resource. */
interface Use {
  readonly used: number;
  readonly request: number | undefined;
  readonly limit: number | undefined;
}

/** One container. */
interface Row {
  readonly name: string;
  readonly memory: Use;
  readonly cpu: Use;
}

export const tool = observeTool(manifest, async (input, { cloud, clock }) => {
  const { namespace, workload, count } = input;
  const [pods, metrics] = await Promise.all([listObjects(cloud, 'v1', 'pods', input, Pod), listMetrics(cloud, input)]);
  const wanted = pods.items.filter((pod) => workload === undefined || ownerOf(pod)?.name === workload);
  const rows = wanted.flatMap((pod) => rowsOf(pod, metrics.items)).toSorted(byMemory);
  const where = `${namespace}${workload === undefined ? '' : `, of ${workload}`}`;
  const [first] = rows;
  if (first === undefined)
    return `No usage is known of the ${wanted.length} pods in ${where}: a pod that does not run, or has run for less than a minute, has none.`;
  const without = wanted.filter((pod) => !metrics.items.some((one) => one.metadata.name === pod.metadata.name));
  const times = metrics.items.map(({ timestamp }) => timestamp).toSorted();
  return [
    // The finding first: people read only the first line of it.
    `Nearest to its memory limit in ${where}: ${rowText(first)}.`,
    `Measured about ${whenText(times.at(-1) ?? '', clock.now())}. The containers, nearest to their memory limit first:`,
    ...rows.slice(0, count).map((row) => `- ${rowText(row)}`),
    ...(rows.length > count ? [`${count} of ${rows.length} containers shown.`] : []),
    ...(without.length > 0 ? [`Without usage: ${without.map(({ metadata }) => metadata.name).join(', ')}.`] : []),
    ...(pods.complete ? [] : ['Only the first 500 pods of the namespace were read.']),
  ].join('\n');
});

const listMetrics = async (cloud: Cloud, place: Place): Promise<Listed<PodMetrics>> => {
  try {
    return await listObjects(cloud, 'metrics.k8s.io/v1beta1', 'pods', place, PodMetrics);
  } catch (error) {
    if (!isNoSuchApi(error)) throw error;
    throw new ToolRefusal(
      `The cluster ${place.cluster} has no metrics API (its metrics-server is not installed). Use get_metrics on Container Insights instead.`,
    );
  }
};

const rowsOf = ({ metadata, spec }: Pod, metrics: readonly PodMetrics[]): Row[] => {
  const found = metrics.find((one) => one.metadata.name === metadata.name);
  return (found?.containers ?? []).map(({ name, usage }) => {
    const { requests = {}, limits = {} } = spec.containers.find((one) => one.name === name)?.resources ?? {};
    const use = (resource: 'memory' | 'cpu', amount: (quantity: string) => number): Use => {
      const [request, limit] = [requests[resource], limits[resource]];
      return {
        used: amount(usage[resource]),
        request: request === undefined ? undefined : amount(request),
        limit: limit === undefined ? undefined : amount(limit),
      };
    };
    return { name: `${metadata.name}/${name}`, memory: use('memory', wholeOf), cpu: use('cpu', millicoresOf) };
  });
};

/** Of containers without a limit, those come last that use least. */
const shareOf = ({ used, limit = 0 }: Use): number => (limit === 0 ? 0 : used / limit);

const byMemory = (one: Row, other: Row): number =>
  shareOf(other.memory) - shareOf(one.memory) || other.memory.used - one.memory.used;

const rowText = ({ name, memory, cpu }: Row): string =>
  `${name}: memory ${useText(memory, bytesText)}; CPU ${useText(cpu, coresText)}`;

const useText = ({ used, request, limit }: Use, text: (amount: number) => string): string => {
  const of = (what: string, amount: number | undefined): string =>
    amount === undefined || amount === 0
      ? `no ${what}`
      : `${Math.round((used / amount) * 100)} % of its ${what} of ${text(amount)}`;
  return `${text(used)}, ${of('limit', limit)}, ${of('request', request)}`;
};

import { listObjects } from '../kubernetes/call-cluster.ts';
import { ownerOf, Pod } from '../kubernetes/objects.ts';
import { counted } from '../kubernetes/text.ts';
import { observeTool } from '../tool.ts';
import { manifest } from './manifest.ts';
import { isReady, podLines, restartsOf, wasOomKilled } from './pod-lines.ts';

export const tool = observeTool(manifest, async (input, { cloud, clock }) => {
  const { namespace, workload, count } = input;
  const { items, complete } = await listObjects(cloud, 'v1', 'pods', input, Pod);
  const pods = items.filter((pod) => workload === undefined || ownerOf(pod)?.name === workload);
  const where = `${namespace}${workload === undefined ? '' : `, of ${workload}`}`;
  const partly = complete ? '' : ' Only the first 500 pods of the namespace were read.';
  if (pods.length === 0) return `No pods in ${where}.${partly} A workload without pods is shown by get_workload.`;
  const shown = pods.toSorted(byTrouble).slice(0, count);
  const now = clock.now();
  return [
    // The finding first: people read only the first line of it.
    `${summaryOf(pods, where)}${partly}`,
    ...shown.flatMap((pod) => podLines(pod, now)),
    ...(shown.length < pods.length ? [`${shown.length} of ${pods.length} pods shown.`] : []),
  ].join('\n');
});

const summaryOf = (pods: readonly Pod[], where: string): string => {
  const unready = pods.filter((pod) => !isReady(pod)).length;
  const restarts = pods.reduce((sum, pod) => sum + restartsOf(pod), 0);
  const killed = pods.filter(wasOomKilled).length;
  const oom =
    killed === 0 ? '' : `; in ${counted(killed, 'pod')} a container was last killed for lack of memory (OOMKilled)`;
  return `${counted(pods.length, 'pod')} in ${where}: ${unready} not ready, ${counted(restarts, 'restart')}${oom}.`;
};

const byTrouble = (one: Pod, other: Pod): number =>
  Number(isReady(one)) - Number(isReady(other)) ||
  restartsOf(other) - restartsOf(one) ||
  (one.metadata.name < other.metadata.name ? -1 : 1);

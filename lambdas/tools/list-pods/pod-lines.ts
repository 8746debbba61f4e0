import { ownerOf, type ContainerStatus, type Pod } from '../kubernetes/objects.ts';
import { counted, endText, resourcesText, whenText } from '../kubernetes/text.ts';

/** Whether a pod takes requests, or is done. */
export const isReady = ({ status }: Pod): boolean =>
  status.phase === 'Succeeded' || status.conditions.some((one) => one.type === 'Ready' && one.status === 'True');

const containersOf = ({ status }: Pod): readonly ContainerStatus[] => [
  ...status.initContainerStatuses,
  ...status.containerStatuses,
];

/** How often the containers of a pod were started again. */
export const restartsOf = (pod: Pod): number => containersOf(pod).reduce((sum, one) => sum + one.restartCount, 0);

/** Whether the last run of some container was killed for lack of memory. */
export const wasOomKilled = (pod: Pod): boolean =>
  containersOf(pod).some(({ state, lastState }) =>
    [state, lastState].some(({ terminated }) => terminated?.reason === 'OOMKilled'),
  );

/** A pod in a line, and a line for each of its containers. */
export const podLines = (pod: Pod, now: Date): string[] => {
  const { metadata, spec, status } = pod;
  const ready = status.containerStatuses.filter((one) => one.ready).length;
  const parts = [
    `${status.phase}${status.reason === '' ? '' : ` (${[status.reason, status.message].filter(Boolean).join(': ')})`}`,
    `${ready} of ${counted(spec.containers.length, 'container')} ready`,
    // On a node that is gone, the containers still say what they said last.
    ...(ready === spec.containers.length && !isReady(pod) ? ['the pod itself is not ready'] : []),
    ...(metadata.deletionTimestamp === undefined ? [] : ['being deleted']),
    counted(restartsOf(pod), 'restart'),
    ownerText(pod),
    spec.nodeName === undefined ? 'on no node' : `node ${spec.nodeName}`,
    `QoS ${status.qosClass}`,
    `created ${whenText(metadata.creationTimestamp, now)}`,
  ];
  const waits = status.conditions.filter((one) => one.status === 'False' && one.reason === 'Unschedulable');
  return [
    `- ${metadata.name}: ${parts.join(', ')}`,
    ...waits.map(({ message }) => `    cannot be scheduled: ${message}`),
    ...status.initContainerStatuses.filter((one) => !one.ready).map((one) => `    init ${stateText(one, now)}`),
    ...spec.containers.map(({ name, image, resources }) => {
      const found = status.containerStatuses.find((one) => one.name === name);
      const state = found === undefined ? `${name}: has not been started` : stateText(found, now);
      return `    ${state}; ${resourcesText(resources)}; image ${image}`;
    }),
  ];
};

const ownerText = (pod: Pod): string => {
  const owner = ownerOf(pod);
  if (owner === undefined) return 'of no workload';
  return `of ${owner.kind} ${owner.name}${owner.through === undefined ? '' : ` (ReplicaSet ${owner.through})`}`;
};

const stateText = ({ name, ready, restartCount, state, lastState }: ContainerStatus, now: Date): string => {
  const { waiting, running, terminated } = state;
  const present = [
    ...(waiting === undefined ? [] : [`waiting: ${[waiting.reason, waiting.message].filter(Boolean).join(': ')}`]),
    ...(terminated === undefined ? [] : [`ended: ${endText(terminated, now)}`]),
    ...(running === undefined
      ? []
      : [`running${typeof running.startedAt === 'string' ? ` since ${whenText(running.startedAt, now)}` : ''}`]),
  ];
  const last = lastState.terminated === undefined ? '' : `; its last run ended: ${endText(lastState.terminated, now)}`;
  const says = present.length === 0 ? 'state not known' : present.join(', ');
  return `${name}: ${says}, ${ready ? 'ready' : 'not ready'}, ${counted(restartCount, 'restart')}${last}`;
};

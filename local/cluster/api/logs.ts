import type { ClusterRequest } from '../../../lambdas/providers/kubernetes/call.ts';
import { StatusRefusal } from '../objects/refusal.ts';
import { view } from '../objects/views.ts';
import { isDown } from '../pods/node-down.ts';
import type { ContainerRun, Run } from '../pods/pod-run.ts';
import type { ClusterState } from '../state.ts';
import { namedObject, parameter, type Answer } from './request.ts';

interface Line {
  readonly at: number;
  readonly message: string;
}

/** Log of a container: of the run that is under way, or with `previous` of the one before. */
export const podLog = (state: ClusterState, request: ClusterRequest): Answer => {
  const { metadata: pod, spec } = view.pod(namedObject(state, request));
  if (isDown(state, spec.nodeName)) throw unreachable(spec.nodeName ?? '');
  const containers = state.runs.get(pod.uid)?.containers ?? [];
  const container = containerOf(containers, pod.name, parameter(request, 'container'));
  const run = runOf(container, pod.name, parameter(request, 'previous') === 'true');
  const lines = linesOf(state, container, run);
  const since = sinceOf(state, request);
  const tail = parameter(request, 'tailLines');
  const kept = lines.filter(({ at }) => at >= since);
  const last = tail === undefined ? kept : kept.slice(Math.max(0, kept.length - Number(tail)));
  const stamped = parameter(request, 'timestamps') === 'true';
  const text = last.map(({ at, message }) => `${stamped ? `${new Date(at).toISOString()} ` : ''}${message}\n`).join('');
  const limit = parameter(request, 'limitBytes');
  return { status: 200, body: limit === undefined ? text : Buffer.from(text).subarray(0, Number(limit)).toString() };
};

const unreachable = (node: string): StatusRefusal =>
  new StatusRefusal(500, 'InternalError', `Get "https://${node}:10250/containerLogs": dial tcp: i/o timeout`);

const badRequest = (message: string): StatusRefusal => new StatusRefusal(400, 'BadRequest', message);

const containerOf = (containers: readonly ContainerRun[], pod: string, name: string | undefined): ContainerRun => {
  const [first, ...more] = containers;
  const names = containers.map(({ spec }) => spec.name).join(' ');
  if (name === undefined && more.length > 0)
    throw badRequest(`a container name must be specified for pod ${pod}, choose one of: [${names}]`);
  const found = name === undefined ? first : containers.find(({ spec }) => spec.name === name);
  if (found === undefined) throw badRequest(`container ${name ?? ''} is not valid for pod ${pod}`);
  return found;
};

/** While a container waits to start again, its last run is both the current and the previous one. */
const runOf = ({ runs, waiting, spec }: ContainerRun, pod: string, previous: boolean): Run => {
  const run = previous && waiting === undefined ? runs.at(-2) : runs.at(-1);
  if (run !== undefined) return run;
  if (previous) throw badRequest(`previous terminated container "${spec.name}" in pod "${pod}" not found`);
  const why = waiting?.reason === 'ContainerCreating' ? waiting.reason : 'trying and failing to pull image';
  throw badRequest(`container "${spec.name}" in pod "${pod}" is waiting to start: ${why}`);
};

const sinceOf = (state: ClusterState, request: ClusterRequest): number => {
  const seconds = parameter(request, 'sinceSeconds');
  const time = parameter(request, 'sinceTime');
  if (seconds !== undefined) return state.now - Number(seconds) * 1000;
  return time === undefined ? 0 : Date.parse(time);
};

const linesOf = (state: ClusterState, { workload, spec, isFirst }: ContainerRun, run: Run): Line[] => {
  const until = run.ended?.at ?? state.now;
  const lines = state.usages.lines(workload, spec.name, isFirst).flatMap((line) => {
    if (line.image !== undefined && line.image !== spec.image) return [];
    const times =
      line.afterStartSeconds !== undefined
        ? [run.startedAt + line.afterStartSeconds * 1000]
        : line.on === undefined
          ? state.usages.timesOf(line, run.startedAt, until)
          : endOf(run, line.on);
    return times.flatMap((at) => (at <= until ? [{ at, message: line.message }] : []));
  });
  return lines.toSorted((one, other) => one.at - other.at);
};

const endOf = ({ ended }: Run, on: 'oom' | 'exit'): number[] =>
  ended !== undefined && (ended.reason === 'OOMKilled') === (on === 'oom') ? [ended.at] : [];

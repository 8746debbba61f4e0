import { AlarmDetail, BusEvent } from '../../../lambdas/contracts/alarm.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Laptop } from '../../../local/laptop.ts';
import type { HostileCase } from '../case/case.ts';
import type { Arrival } from '../case/storm.ts';
import type { RecordedFact, Recording } from '../recording.ts';
import { FaultQueue } from './ledger.ts';

/** The further alarms of a case: what they are in the account, and their events as the case delivers them. */

type Deliver = (event: BusEvent, on: Arrival['on'] | undefined) => Promise<void>;

/** Delivers the events at the moments that the case lists. `rest` delivers those whose moment never came. */
export const hostileStorm = (
  { storm }: Pick<HostileCase, 'storm'>,
  recording: Recording,
  laptop: () => Laptop,
  start: number,
  deliver: Deliver,
) => {
  const queue = new FaultQueue(storm.filter(({ on }) => on !== 'start'));
  const running: Promise<void>[] = [];
  let copies = 0;
  const arrive = ({ alarm, says, copy, on }: Arrival): void => {
    const event = laptop().account.alarmEvent(alarm, says === 'then' ? start : undefined);
    copies += 1;
    running.push(deliver(copy ? { ...event, id: `${event.id}-${copies}` } : event, on));
  };
  recording.onEntry((entry) => {
    const due = queue.next(({ on }) => isAt(on, entry));
    if (due !== undefined) arrive(due);
  });
  const ended = async (): Promise<void> => {
    while (running.length > 0) await Promise.all(running.splice(0));
  };
  return {
    start: (): void => {
      for (const one of storm) if (one.on === 'start') arrive(one);
    },
    rest: async (): Promise<void> => {
      await ended();
      for (let late = queue.next(); late !== undefined || running.length > 0; late = queue.next()) {
        if (late !== undefined) arrive(late);
        await ended();
      }
    },
  };
};

const isAt = (on: Arrival['on'], entry: RecordedFact): boolean => {
  switch (on) {
    case 'start':
    case 'any':
      return true;
    case 'closing':
      return entry.is === 'step' && entry.step === 'close';
    case 'freed':
      return entry.is === 'freed';
    case 'looked':
      return entry.is === 'event' && entry.event.kind === 'follow-ups.due';
    case 'closed':
      return entry.is === 'event' && entry.event.kind === 'incident.closed';
  }
};

/** Name, state and the time of the last change of state, as an event of an alarm says them. */
export const stateIn = (event: JsonObject): { alarm: string; value: string; since: string } | undefined => {
  const detail = AlarmDetail.safeParse(event['detail']).data;
  if (detail === undefined) return undefined;
  const { alarmName: alarm, state } = detail;
  return { alarm, value: state.value, since: state.timestamp ?? BusEvent.parse(event).time };
};

const SERIES = {
  standing: { '-3h': 0, '-4m': 9 },
  brief: { '-3h': 0, '-4m': 9, '+5m': 0 },
  flaps: { '-3h': 0, '-4m': 9, '+5m': 0, '+12m': 9 },
};

/** The metric of an alarm of the storm; none for the composite. Those of `swap` are about instances of their own, those of `node` and `pods` about a cluster. */
const metricOf = (name: Arrival['alarm'], instance: string) => {
  if (name === 'service') return undefined;
  const values = name.endsWith('brief') ? SERIES.brief : name.endsWith('flaps') ? SERIES.flaps : SERIES.standing;
  if (name.startsWith('child')) return { namespace: 'Acme/App', name, dimensions: { Stage: 'live' }, values };
  if (name.startsWith('node') || name.startsWith('pods')) return { ...clusterMetric(name), values };
  const [, number = ''] = name.split('swap-');
  return name.startsWith('disk')
    ? { namespace: 'CWAgent', name: `${name}_used`, dimensions: { InstanceId: instance }, values }
    : { namespace: 'CWAgent', name: 'swap_used', dimensions: { InstanceId: `i-0${number.padStart(16, 'c')}` }, values };
};

/** Of a node that goes away, or of a workload in its cluster. */
const clusterMetric = (name: Arrival['alarm']) => {
  const namespace = 'CWAgent';
  const ClusterName = 'prod';
  if (name.startsWith('pods'))
    return { namespace, name: `${name}_down`, dimensions: { ClusterName, Namespace: 'shop', PodName: name } };
  const instance = `i-0${name.slice(-1).padStart(16, 'd')}`;
  return {
    namespace,
    name: 'node_number_of_running_pods',
    dimensions: { ClusterName, NodeName: name, InstanceId: instance },
  };
};

const CHILDREN: readonly Arrival['alarm'][] = ['child-1', 'child-2', 'child-brief', 'disk'];

/** The metrics and alarms of the storm of a case in its world. */
export const stormWorldOf = ({ storm }: Pick<HostileCase, 'storm'>, instance: string) => {
  const drawn = storm.map(({ alarm }) => alarm);
  const composite = drawn.some((name) => name === 'service' || name.startsWith('child'));
  const names = [...new Set([...drawn, ...(composite ? (['service', ...CHILDREN] as const) : [])])];
  const metrics = names.flatMap((name) => metricOf(name, instance) ?? []);
  const alarms = names.map((name) => {
    const metric = metricOf(name, instance);
    if (metric === undefined) return { name, rule: CHILDREN.map((child) => `ALARM("${child}")`).join(' OR ') };
    const { namespace, name: called, dimensions } = metric;
    return {
      name,
      metric: { namespace, name: called, dimensions, stat: 'Average', periodSeconds: 60 },
      threshold: 5,
      evaluationPeriods: 1,
    };
  });
  return { metrics, alarms };
};

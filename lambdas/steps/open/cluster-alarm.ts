import type { Alarm } from '../../contracts/alarm.ts';
import type { AccountRegion } from '../../contracts/ports.ts';
import type { Rules } from '../../contracts/rules.ts';

/** What an alarm says by its dimensions about a Kubernetes cluster. */
export interface ClusterAlarm {
  /** As Container Insights names it: by the name in EKS. */
  readonly cluster: string;
  readonly about: 'node' | 'workload';
}

/**
 * Metrics of Container Insights that tell that a node is gone or unwell. An alarm on the load of a node is not among them:
 * a busy node explains no pod that is missing.
 */
const NODE_METRIC = /^(node_status_condition_\w+|node_number_of_running_(pods|containers)|cluster_failed_node_count)$/;

/** The cluster that an alarm is about, and whether by a node or by a workload; undefined for every other alarm. Pure. */
export const clusterAlarmOf = ({ metrics }: Alarm): ClusterAlarm | undefined => {
  const found = metrics.flatMap(({ name, dimensions }): ClusterAlarm[] => {
    const { ClusterName: cluster, Namespace: namespace } = dimensions;
    if (cluster === undefined) return [];
    if (namespace !== undefined) return [{ cluster, about: 'workload' }];
    return NODE_METRIC.test(name) ? [{ cluster, about: 'node' }] : [];
  });
  return found.find(({ about }) => about === 'node') ?? found[0];
};

/** What tells whether an agent may be handed an alarm. */
export interface HandingPorts {
  readonly rules: Rules;
  readonly home: AccountRegion;
}

/**
 * Whether the agent of an incident may read an alarm that another one takes: each namespace of Kubernetes that the alarm names
 * must be granted to it. An alarm that the agent takes itself would be handed to it anyway. Pure.
 */
export const mayBeHanded = (
  { rules, home }: HandingPorts,
  alarm: Alarm,
  { taker, agent }: { readonly taker: string; readonly agent: string },
): boolean => {
  if (agent === taker) return true;
  const granted = rules.agents.find(({ name }) => name === agent)?.kubernetes;
  return alarm.metrics.every(({ dimensions: { ClusterName, Namespace } }) => {
    if (ClusterName === undefined || Namespace === undefined) return true;
    const known = rules.settings.clusters.find(
      ({ name, eksName = name, account = home.account }) => eksName === ClusterName && account === alarm.account,
    );
    if (known === undefined || granted === undefined) return false;
    return granted.clusters.includes(known.name) && granted.namespaces.includes(Namespace);
  });
};

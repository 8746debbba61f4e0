import type { RecordedSubject } from '../../contracts/subject.ts';
import { leaveCluster, noteNode, placeInCluster, type ClusterArrival } from '../../kernel/limits/cluster-rows.ts';
import { addAlias, agentOfClaim, type Holder } from '../../kernel/limits/deduplication-rows.ts';
import type { StepPorts } from '../../contracts/ports.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import { clusterAlarmOf, mayBeHanded, type HandingPorts } from './cluster-alarm.ts';
import type { Arrival, Reason } from './join.ts';

const LATER = 'If it is still in ALARM when this incident closes, it gets an incident of its own.';

/** Why an alarm joins an incident of its cluster. Without the name of the cluster, which may be any text. */
const CLUSTER: Readonly<Record<ClusterArrival['about'], Reason>> = {
  node: {
    why: 'storm',
    says: `It tells that a node is gone or unwell, in the cluster of this incident and within three minutes of it. ${LATER}`,
  },
  workload: {
    why: 'storm',
    says: `It is about a workload in the cluster of this incident, within three minutes of an alarm that a node there is gone or unwell. ${LATER}`,
  },
};

type JoinOne = (holder: Holder, reason: Reason) => Promise<string | undefined>;

/** One alarm among those of its cluster. Whatever names no cluster has no place in one. */
export class ClusterPlace {
  readonly #ports: StepPorts & HandingPorts;
  readonly #arrival: Arrival;
  readonly #here: ClusterArrival | undefined;

  constructor(ports: StepPorts & HandingPorts, arrival: Arrival, me: Holder) {
    this.#ports = ports;
    this.#arrival = arrival;
    this.#here = placeOf(ports, arrival, me);
  }

  /** Joins an incident of the cluster. Undefined: a node that went away does not explain this alarm. */
  async join(gone: ReadonlySet<string>, joinOne: JoinOne): Promise<string | undefined> {
    if (this.#here === undefined) return undefined;
    for (;;) {
      const open = await placeInCluster(this.#ports, this.#here, gone);
      if (open === 'investigate') return undefined;
      for (const holder of open) {
        const joined = await joinOne(holder, CLUSTER[this.#here.about]);
        if (joined === undefined) continue;
        // The incident is about the node from now on, so what else is about that node joins it.
        if (this.#here.about === 'node') await addAlias(this.#ports.ledger, this.#arrival.keys.primary, holder);
        return joined;
      }
    }
  }

  /** After an alarm on a node joined an incident, by whatever: alarms on workloads find that incident. */
  async note(holder: Holder, { why }: Reason): Promise<void> {
    if (this.#here?.about !== 'node' || why === 'copy') return;
    const agent = await agentOfClaim(this.#ports.ledger, holder);
    if (agent !== undefined) await noteNode(this.#ports, this.#here.key, { ...holder, agent });
  }

  /** Gives the place back: the alarm has joined an incident after all. */
  async leave(): Promise<void> {
    if (this.#here !== undefined) await leaveCluster(this.#ports, this.#here.key, this.#here.me.incidentId);
  }
}

/** A follow-up has no place: it had its turn as a consequence, and now it is looked at by itself. */
const placeOf = (ports: HandingPorts, { subject, agent, passes }: Arrival, me: Holder): ClusterArrival | undefined => {
  const found = passes > 0 ? undefined : clusterAlarmIn(subject);
  if (found === undefined) return undefined;
  const { alarm, cluster, about } = found;
  const key = canonical(['cluster', alarm.account, alarm.region, cluster]);
  const mayJoin = (of: string): boolean => mayBeHanded(ports, alarm, { taker: agent, agent: of });
  return { key, about, me: { ...me, agent }, mayJoin };
};

const clusterAlarmIn = (subject: RecordedSubject) => {
  if (subject.kind !== 'alarm') return undefined;
  const { alarm } = subject;
  const found = clusterAlarmOf(alarm);
  return found && { alarm, ...found };
};

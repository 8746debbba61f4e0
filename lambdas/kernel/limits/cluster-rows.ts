import * as z from 'zod';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Clock, Ledger } from '../../contracts/ports.ts';
import { sha256 } from '../trace/canonical.ts';
import type { Holder } from './deduplication-rows.ts';
import { openAmong } from './storm-rows.ts';

/**
 * For how long after an alarm on a node further alarms of its cluster count as its consequences, and before it as its first
 * signs. Alarms are evaluated once a minute, over three minutes mostly. It is counted from the first alarm on the node that
 * an incident takes, so an alarm that flaps does not prolong it.
 */
const CONSEQUENCES_MS = 180_000;
/** Incidents of each kind that a row holds. It keeps the row small, and the alarms of a large cluster from competing for it. */
const MOST_INCIDENTS = 10;
const PAUSE_MS = 250;

const ClusterIncident = z.object({
  incidentId: z.string(),
  claim: z.string(),
  agent: z.string(),
  at: z.iso.datetime(),
});
const ClusterRow = z.object({ node: z.array(ClusterIncident), workload: z.array(ClusterIncident) });
type ClusterRow = z.infer<typeof ClusterRow>;

/** An incident about a cluster, and its agent. */
export interface ClusterMember extends Holder {
  readonly agent: string;
}

/** An alarm about a cluster, as it looks for its incident. */
export interface ClusterArrival {
  readonly key: string;
  readonly about: 'node' | 'workload';
  readonly me: ClusterMember;
  /** Whether the agent of an incident may be handed this alarm. */
  readonly mayJoin: (agent: string) => boolean;
}

interface ClusterPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

const clusterRow = (key: string): RowKey => ({ family: FAMILY.storm, id: `cluster#${sha256(key)}` });

/**
 * The place of an alarm in its cluster: the open incidents that it may join, or `investigate`. After an alarm on a node, alarms on
 * workloads join: the incident of the node, or else the first incident of a workload since. The first alarm on a node joins
 * the incident of a workload that came just before it. Without an alarm on a node, nothing joins. The row orders all of them,
 * so of two alarms that come at once the second one waits for the first.
 */
export const placeInCluster = async (
  { ledger, clock }: ClusterPorts,
  { key, about, me, mayJoin }: ClusterArrival,
  gone: ReadonlySet<string>,
): Promise<'investigate' | readonly Holder[]> => {
  for (;;) {
    const now = clock.now().toISOString();
    const { row, version } = await readCluster(ledger, key, now);
    if ([...row.node, ...row.workload].some(({ incidentId }) => incidentId === me.incidentId)) return 'investigate';
    const candidates = candidatesFor(row, about, me.agent).filter(
      ({ agent, incidentId }) => mayJoin(agent) && !gone.has(incidentId),
    );
    const open = await openAmong(ledger, candidates, now);
    if (open === 'waiting') await clock.sleep(PAUSE_MS);
    else if (open.length > 0) return open;
    else if (row[about].length >= MOST_INCIDENTS) return 'investigate';
    else if (await writeCluster(ledger, key, withMember(row, about, me, now), version)) return 'investigate';
  }
};

/** Incidents that an alarm may belong to. A second node has an incident of its own: otherwise nobody would look at it. */
const candidatesFor = ({ node, workload }: ClusterRow, about: ClusterArrival['about'], agent: string) => {
  if (about === 'workload') return node.length === 0 ? [] : [...node, ...workload];
  return node.length > 0 ? [] : workload.filter((one) => one.agent === agent);
};

/** Notes that an alarm on a node joined an incident, which is thereby about the node too. */
export const noteNode = async ({ ledger, clock }: ClusterPorts, key: string, member: ClusterMember): Promise<void> => {
  for (;;) {
    const now = clock.now().toISOString();
    const { row, version } = await readCluster(ledger, key, now);
    const isKnown = row.node.some(({ incidentId }) => incidentId === member.incidentId);
    if (isKnown || row.node.length >= MOST_INCIDENTS) return;
    if (await writeCluster(ledger, key, withMember(row, 'node', member, now), version)) return;
  }
};

/** Gives back the place of an execution that joined another incident after all. */
export const leaveCluster = async ({ ledger, clock }: ClusterPorts, key: string, incidentId: string): Promise<void> => {
  const { row, version } = await readCluster(ledger, key, clock.now().toISOString());
  const others = (all: ClusterRow['node']): ClusterRow['node'] => all.filter((one) => one.incidentId !== incidentId);
  const left = { node: others(row.node), workload: others(row.workload) };
  // Best effort: a place that stays taken counts as one that never opened after ten seconds.
  if (version !== undefined && left.node.length + left.workload.length < row.node.length + row.workload.length)
    await writeCluster(ledger, key, left, version);
};

/** The row without what is older than the consequences of a node. */
const readCluster = async (ledger: Ledger, key: string, now: string) => {
  const found = await ledger.fetch(clusterRow(key));
  const { node, workload } = found === undefined ? { node: [], workload: [] } : ClusterRow.parse(found.data);
  const fresh = (all: ClusterRow['node']): ClusterRow['node'] =>
    all.filter(({ at }) => Date.parse(now) - Date.parse(at) <= CONSEQUENCES_MS);
  return { row: { node: fresh(node), workload: fresh(workload) }, version: found?.version };
};

const writeCluster = async (
  ledger: Ledger,
  key: string,
  row: ClusterRow,
  version: number | undefined,
): Promise<boolean> =>
  version === undefined
    ? (await ledger.create(clusterRow(key), row)).created
    : ledger.replace(clusterRow(key), row, version);

const withMember = (
  row: ClusterRow,
  about: ClusterArrival['about'],
  { incidentId, claim, agent }: ClusterMember,
  at: string,
): ClusterRow => ({ ...row, [about]: [...row[about], { incidentId, claim, agent, at }] });

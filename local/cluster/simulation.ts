import { runBudgets, runQuotas } from './controllers/budgets.ts';
import { Autoscalers } from './controllers/autoscalers.ts';
import { runClaims } from './controllers/claims.ts';
import { runDaemonSets } from './controllers/daemon-sets.ts';
import { runDeployments } from './controllers/deployments.ts';
import { runReplicaSets } from './controllers/replica-sets.ts';
import { runStatefulSets } from './controllers/stateful-sets.ts';
import { offsetMs } from '../account/world/time.ts';
import { runPods } from './pods/kubelet.ts';
import type { ClusterState } from './state.ts';
import { ContainerInsights } from './container-insights.ts';
import { initialState } from './initial-state.ts';
import { changeByOther } from './other-writers.ts';
import type { ClusterWorld } from './world/cluster.ts';
import { WARM_UP_MS } from './world/check.ts';

/** Pods and controllers work every five seconds. */
const TICK_MS = 5000;
/** How often they look although nothing changed: a deadline may have passed. */
const LOOK_MS = 60_000;
const AUTOSCALE_MS = 15_000;
/** A cascade such as Deployment, ReplicaSet, Pod ends long before; what is left waits for the next tick. */
const ROUNDS = 4;

/** A cluster that goes on as time does. It begins two hours before the incident, so that restarts have happened by then. */
export class Simulation {
  readonly state: ClusterState;
  readonly #insights = new ContainerInsights();
  readonly #autoscalers = new Autoscalers();
  readonly #changes: readonly { readonly at: number; readonly change: ClusterWorld['changes'][number] }[];
  #done = 0;
  #seen = -1;

  constructor(world: ClusterWorld, origin: number) {
    // Ticks fall on whole minutes, whatever second the incident begins at.
    this.state = initialState(world, origin, Math.floor((origin - WARM_UP_MS) / LOOK_MS) * LOOK_MS);
    this.#changes = world.changes
      .map((change) => ({ at: origin + offsetMs(change.at), change }))
      .toSorted((one, other) => one.at - other.at);
    this.#insights.record(this.state);
  }

  /** What Container Insights says of a metric at a moment that has been; undefined if it has no such metric. */
  metric(key: Parameters<ContainerInsights['valueAt']>[0], at: number): number | undefined {
    this.advance(at);
    return this.#insights.valueAt(key, this.state.world.name, at);
  }

  /** Goes on to a moment. */
  advance(to: number): void {
    const { state } = this;
    while (state.now + TICK_MS <= to) {
      state.now += TICK_MS;
      this.#tick();
    }
  }

  #tick(): void {
    const { state } = this;
    const due = this.#changes.slice(this.#done).filter(({ at }) => at <= state.now);
    for (const { change } of due) changeByOther(state, change);
    this.#done += due.length;
    runPods(state);
    runClaims(state);
    if (state.now % AUTOSCALE_MS === 0) this.#autoscalers.run(state);
    if (state.now % LOOK_MS === 0) this.#seen = -1;
    for (let round = 0; round < ROUNDS && this.#seen !== state.store.changes; round++) {
      this.#seen = state.store.changes;
      control(state);
    }
    if (state.now % LOOK_MS !== 0) return;
    state.recorder.expire(state.now);
    this.#insights.record(state);
  }
}

/** Every controller looks once. */
const control = (state: ClusterState): void => {
  runDeployments(state);
  runReplicaSets(state);
  runStatefulSets(state);
  runDaemonSets(state);
  runBudgets(state);
  runQuotas(state);
};

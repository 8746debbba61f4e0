import type { ClusterWorld } from './world/cluster.ts';
import type { Recorder } from './objects/recorder.ts';
import type { Store } from './objects/store.ts';
import type { PodRun } from './pods/pod-run.ts';
import type { Usages } from './pods/usage.ts';

/** Everything that controllers and requests read and change. */
export interface ClusterState {
  readonly world: ClusterWorld;
  /** Milliseconds of the world's `now`. */
  readonly origin: number;
  readonly store: Store;
  readonly recorder: Recorder;
  readonly usages: Usages;
  /** What runs, by the UID of its Pod. */
  readonly runs: Map<string, PodRun>;
  /** Up to when the cluster was simulated. */
  now: number;
}

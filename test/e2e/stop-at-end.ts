/** Something that was started and must be stopped. */
export interface Stoppable {
  stop(): Promise<void>;
}

/** What a run of servers has started. It is stopped, newest first, at the end of the run and when a signal ends it. */
export const stopAtEnd = <T extends Stoppable>(one: T): T => {
  started.unshift(one);
  return one;
};

/** Stops everything that was started. */
export const stopAll = async (): Promise<void> => {
  for (const one of started.splice(0)) await one.stop();
};

const started: Stoppable[] = [];

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(1)));

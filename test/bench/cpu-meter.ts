import type { StepName } from '../../lambdas/contracts/flow.ts';

/** Microseconds of CPU that this thread has used. */
export const threadCpu = (): number => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};

/** What one invocation of a function used. */
export interface Invocation {
  readonly step: StepName | 'answer';
  readonly micros: number;
}

const wall = (): number => performance.now() * 1000;

/**
 * Measures the CPU of functions, without what stands in for AWS on a laptop: its work is done before a call returns, so
 * the time of the call is what it used. Linux counts a thread's CPU in ticks of milliseconds, too coarse for one call, so
 * calls are timed by the clock and scaled by the CPU of the whole round: what others took of the core falls out.
 */
export class CpuMeter {
  #excluded = 0;
  #invocations: Invocation[] = [];

  /** Runs a function and notes its own CPU. */
  async measure<T>(step: Invocation['step'], run: () => Promise<T>): Promise<T> {
    const excluded = this.#excluded;
    const started = wall();
    const result = await run();
    this.#invocations.push({ step, micros: wall() - started - (this.#excluded - excluded) });
    return result;
  }

  /** The same object; what its methods use until they return is left out. */
  without<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_target, name): unknown => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          const started = wall();
          try {
            return Reflect.apply(member, target, args);
          } finally {
            this.#excluded += wall() - started;
          }
        };
      },
    });
  }

  /** Runs a round, which waits for nothing outside of this thread. Returns its invocations in order. */
  async round(run: () => Promise<void>): Promise<readonly Invocation[]> {
    this.#invocations = [];
    const cpu = threadCpu();
    const started = wall();
    await run();
    const share = Math.min(1, (threadCpu() - cpu) / (wall() - started));
    return this.#invocations.map(({ step, micros }) => ({ step, micros: micros * share }));
  }
}

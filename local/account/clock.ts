import type { Clock } from '../../lambdas/contracts/ports.ts';

/** Simulated time: sleeping moves the clock and returns at once. */
export class SimulatedClock implements Clock {
  #milliseconds: number;
  readonly #listeners = new Set<(now: Date) => void>();

  constructor(start: Date) {
    this.#milliseconds = start.getTime();
  }

  now(): Date {
    return new Date(this.#milliseconds);
  }

  async sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
  }

  /** Waits for the work, then looks at how far it moved the clock. */
  async within<T>(milliseconds: number, work: Promise<T>): Promise<{ readonly value: T } | undefined> {
    const until = this.#milliseconds + milliseconds;
    const value = await work;
    return this.#milliseconds > until ? undefined : { value };
  }

  /** Moves time forward; it never goes back. */
  advance(milliseconds: number): void {
    this.#milliseconds += Math.max(0, Math.round(milliseconds));
    for (const listener of this.#listeners) listener(this.now());
  }

  /** Calls `listener` after each move of the clock, until the returned function is called. */
  onAdvance(listener: (now: Date) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

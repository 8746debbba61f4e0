import type { Clock } from '../../lambdas/contracts/ports.ts';

/** Virtual time: sleeping takes none of the wall's, so an hour of waiting is over at once. */
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

  /** Moves time forward; it never goes back. */
  advance(milliseconds: number): void {
    this.#milliseconds += Math.max(0, Math.round(milliseconds));
    for (const listener of this.#listeners) listener(this.now());
  }

  /** Calls `listener` after each step of time, until the function it answers with is called. */
  onAdvance(listener: (now: Date) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

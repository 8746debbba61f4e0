/** What ends a run from outside: Ctrl-C, a terminal that is gone, a reader of its output that is gone. */
export class Interruption {
  readonly #controller = new AbortController();
  #exitCode = 0;

  /** Ends the run. Only the first reason counts. */
  stop(exitCode: number): void {
    if (this.signal.aborted) return;
    this.#exitCode = exitCode;
    this.#controller.abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 128 and the number of the signal, as shells have it. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /** Resolves when the run is to end. */
  get stopped(): Promise<'stopped'> {
    return new Promise((resolve) => {
      const stop = (): void => resolve('stopped');
      if (this.signal.aborted) stop();
      else this.signal.addEventListener('abort', stop, { once: true });
    });
  }
}

/** Exit code of a command that Ctrl-C ended. */
export const CTRL_C = 130;

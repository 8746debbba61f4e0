import type { TraceEvent } from '../../lambdas/contracts/events.ts';

/** When an incident reached each point: in real milliseconds since the meter began, and by the incident's own clock. */
interface Milestones {
  readonly opened: string;
  proposed?: { readonly wall: number; readonly clock: string };
  closed?: { readonly wall: number; readonly clock: string };
}

/** Milliseconds that incidents took to reach a milestone: in real time, and by their own clocks. */
export interface Durations {
  readonly wall: readonly number[];
  readonly clock: readonly number[];
}

/** Measures incidents by the trace events that they append. */
export class TraceMeter {
  #began = performance.now();
  readonly #incidents = new Map<string, Milestones>();
  #events = 0;
  #ended = 0;

  /** Restarts the clock when everything is prepared. */
  begin(): void {
    this.#began = performance.now();
  }

  record(event: TraceEvent): void {
    this.#events += 1;
    if (event.kind === 'incident.opened') this.#incidents.set(event.incident, { opened: event.at });
    const milestones = this.#incidents.get(event.incident);
    if (milestones === undefined) return;
    const now = { wall: performance.now() - this.#began, clock: event.at };
    if (event.kind === 'proposal.judged') milestones.proposed ??= now;
    if (event.kind === 'trace.sealed') {
      milestones.closed ??= now;
      this.#ended += 1;
    }
  }

  /** The incidents that were opened. */
  get incidents(): string[] {
    return [...this.#incidents.keys()];
  }

  get events(): number {
    return this.#events;
  }

  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** A progress line for the terminal. */
  get progress(): string {
    return `${this.#incidents.size} opened, ${this.#ended} closed, ${this.#events} events, ${this.seconds.toFixed(0)} s`;
  }

  /** How long incidents took to reach a milestone. Those that never did are left out. */
  durations(milestone: 'proposed' | 'closed'): Durations {
    const reached = [...this.#incidents.values()].flatMap((milestones) => {
      const at = milestones[milestone];
      return at === undefined ? [] : [{ wall: at.wall, clock: Date.parse(at.clock) - Date.parse(milestones.opened) }];
    });
    return { wall: reached.map(({ wall }) => wall), clock: reached.map(({ clock }) => clock) };
  }
}

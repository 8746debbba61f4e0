import type { TraceEvent } from '../../lambdas/contracts/events.ts';

/** When things happened in one incident: in milliseconds of the wall since the watch began, and by its own clock. */
interface Milestones {
  readonly opened: string;
  proposed?: { readonly wall: number; readonly clock: string };
  closed?: { readonly wall: number; readonly clock: string };
}

/** Milliseconds that incidents took to get somewhere: on this machine, and by their own clocks. */
export interface Durations {
  readonly wall: readonly number[];
  readonly clock: readonly number[];
}

/** Sees every event as it is appended. */
export class TraceMeter {
  #began = performance.now();
  readonly #courses = new Map<string, Milestones>();
  #events = 0;
  #ended = 0;

  /** Starts the clock anew, once everything is prepared. */
  begin(): void {
    this.#began = performance.now();
  }

  record(event: TraceEvent): void {
    this.#events += 1;
    if (event.kind === 'incident.opened') this.#courses.set(event.incident, { opened: event.at });
    const course = this.#courses.get(event.incident);
    if (course === undefined) return;
    const now = { wall: performance.now() - this.#began, clock: event.at };
    if (event.kind === 'proposal.judged') course.proposed ??= now;
    if (event.kind === 'trace.sealed') {
      course.closed ??= now;
      this.#ended += 1;
    }
  }

  /** The incidents that were opened. */
  get incidents(): string[] {
    return [...this.#courses.keys()];
  }

  get events(): number {
    return this.#events;
  }

  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** How far it is, for people who wait. */
  get progress(): string {
    return `${this.#courses.size} opened, ${this.#ended} closed, ${this.#events} events, ${this.seconds.toFixed(0)} s`;
  }

  /** How long the incidents took to a milestone. Those that never reached it are left out. */
  durations(milestone: 'proposed' | 'closed'): Durations {
    const reached = [...this.#courses.values()].flatMap((course) => {
      const at = course[milestone];
      return at === undefined ? [] : [{ wall: at.wall, clock: Date.parse(at.clock) - Date.parse(course.opened) }];
    });
    return { wall: reached.map(({ wall }) => wall), clock: reached.map(({ clock }) => clock) };
  }
}

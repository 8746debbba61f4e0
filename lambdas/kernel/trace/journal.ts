import { isKind, type EventKind, type TraceEvent, type TraceEventOf } from '../../contracts/events.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { contractBroken, StepError, TraceSealed } from '../../contracts/errors.ts';
import type { Clock, Ledger } from '../../contracts/ports.ts';
import { GENESIS } from './chain.ts';
import { nextEvent, type EventEntry } from './next-event.ts';

/** A recorded event, and whether an earlier attempt of the same step had recorded it. */
export interface RecordedEvent<K extends EventKind> {
  readonly event: TraceEventOf<K>;
  readonly replayed: boolean;
}

/** The ports of a journal. */
export interface JournalPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/**
 * The trace as one invocation of a step sees it, and the reason why a retried step does nothing twice.
 *
 * A step is written as a straight sequence of `once(kind, produce)`. The first attempt runs `produce` and
 * appends; a retry (same step, entered with the same `seq`) finds the event, skips `produce` and gets the
 * recorded data back, so it takes the same branches as the first attempt did. Concurrent attempts meet at
 * the conditional append: one succeeds, the other reads again and continues from the recorded event.
 */
export class Journal {
  readonly #ports: JournalPorts;
  readonly #step: string;
  readonly #incident: string;
  readonly #from: number;
  readonly #events: TraceEvent[];
  /** How many of the step's own events this invocation has passed. */
  #passed = 0;

  private constructor(ports: JournalPorts, step: string, incident: string, from: number, events: TraceEvent[]) {
    this.#ports = ports;
    this.#step = step;
    this.#incident = incident;
    this.#from = from;
    this.#events = events;
  }

  /** Reads the incident's trace. `seq` comes from the state document with which the step was entered. */
  static async open(
    ports: JournalPorts,
    step: string,
    at: { readonly incidentId: string; readonly seq: number },
  ): Promise<Journal> {
    return new Journal(ports, step, at.incidentId, at.seq, await ports.ledger.events(at.incidentId));
  }

  /** The incident's id. */
  get incident(): string {
    return this.#incident;
  }

  /** Identifies this entry into the step: the same for all its attempts, and for nothing else. */
  get entry(): string {
    return `${this.#incident}/${this.#step}/${this.#from}`;
  }

  /** Every event of the incident so far. */
  get events(): readonly TraceEvent[] {
    return this.#events;
  }

  /** The events from before the first attempt of this step, which are the same for all its attempts. */
  get eventsBefore(): readonly TraceEvent[] {
    return this.#events.filter((event) => event.seq < this.#from);
  }

  /** How many events of a kind the attempts of this step have recorded so far. */
  recorded(kind: EventKind): number {
    return this.#own().filter((event) => event.kind === kind).length;
  }

  /** The event that the next `once` will replay, if an earlier attempt recorded one. */
  get upcoming(): TraceEvent | undefined {
    return this.#own()[this.#passed];
  }

  /** Sequence number of the next event: what the state document carries on. */
  get seq(): number {
    return this.#events.length;
  }

  /** Hash of the newest event. */
  get head(): string {
    return this.#events.at(-1)?.hash ?? GENESIS;
  }

  /** Records an event once over all attempts of this step. `produce` runs only if nothing is recorded yet, and once. */
  async once<K extends EventKind>(
    kind: K,
    produce: () => EventEntry<K> | Promise<EventEntry<K>>,
  ): Promise<RecordedEvent<K>> {
    let entry: EventEntry<K> | undefined;
    return this.onceAtHead(kind, async () => (entry ??= await produce()));
  }

  /** Like `once`, for an event whose data depend on the events before it: produced again whenever the head has moved. */
  async onceAtHead<K extends EventKind>(
    kind: K,
    produce: () => EventEntry<K> | Promise<EventEntry<K>>,
  ): Promise<RecordedEvent<K>> {
    const recorded = await this.onceUnless(kind, () => false, produce);
    if (recorded === undefined) throw contractBroken(`${this.#step} did not record ${kind}.`);
    return recorded;
  }

  /** Like `onceAtHead`, but records nothing if `isRedundant` holds for the trace at the moment of the append. */
  async onceUnless<K extends EventKind>(
    kind: K,
    isRedundant: (events: readonly TraceEvent[]) => boolean,
    produce: () => EventEntry<K> | Promise<EventEntry<K>>,
  ): Promise<RecordedEvent<K> | undefined> {
    for (;;) {
      const { upcoming } = this;
      // An earlier or concurrent attempt found the event redundant and recorded the next one.
      if (upcoming !== undefined && upcoming.kind !== kind && isRedundant(this.#events.slice(0, upcoming.seq)))
        return undefined;
      const replayed = this.#replay(kind);
      if (replayed !== undefined) return replayed;
      if (isRedundant(this.#events)) return undefined;
      const appended = await this.#append(kind, await produce());
      if (appended !== undefined) return appended;
    }
  }

  /** Appends at the head. If another writer was faster, reads the new events and returns undefined. */
  async #append<K extends EventKind>(kind: K, entry: EventEntry<K>): Promise<RecordedEvent<K> | undefined> {
    if (this.#events.at(-1)?.kind === 'trace.sealed') throw new TraceSealed(this.#incident);
    const event = nextEvent(this.#events.at(-1), {
      incident: this.#incident,
      at: this.#ports.clock.now(),
      step: this.#step,
      from: this.#from,
      kind,
      ...entry,
    });
    if ((await this.#ports.ledger.append(event)) === 'appended') {
      this.#events.push(event);
      this.#passed += 1;
      return { event, replayed: false };
    }
    this.#events.push(...(await this.#ports.ledger.events(this.#incident, this.seq)));
    return undefined;
  }

  #own(): TraceEvent[] {
    return this.#events.filter((event) => event.step === this.#step && event.from === this.#from);
  }

  #replay<K extends EventKind>(kind: K): RecordedEvent<K> | undefined {
    const event = this.upcoming;
    if (event === undefined) return undefined;
    if (!isKind(event, kind))
      throw new StepError(
        ERROR.traceDiverged,
        `On a retry, ${this.#step} wanted to record ${kind} where event ${event.seq} is ${event.kind}.`,
        'A step must branch only on its input and on recorded events. This is a bug in Checkrein.',
      );
    this.#passed += 1;
    return { event, replayed: true };
  }
}

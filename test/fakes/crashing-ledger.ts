import type { EventKind, TraceEvent } from '../../lambdas/contracts/events.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { RowKey } from '../../lambdas/contracts/ledger-keys.ts';
import type { Ledger, Row } from '../../lambdas/contracts/ports.ts';

/** The end of a process: a timeout, out of memory, a lost host. */
export class Crash extends Error {}

/** A ledger whose caller crashes before its nth write (from 0), or before an event of a kind. Earlier writes stay. */
export class CrashingLedger implements Ledger {
  readonly #inner: Ledger;
  readonly #kind: EventKind | undefined;
  #left: number;

  constructor(inner: Ledger, before: number | EventKind) {
    this.#inner = inner;
    this.#kind = typeof before === 'string' ? before : undefined;
    this.#left = typeof before === 'string' ? Number.POSITIVE_INFINITY : before;
  }

  #write(): void {
    if (this.#left === 0) throw new Crash();
    this.#left -= 1;
  }

  async append(event: TraceEvent): Promise<'appended' | 'taken'> {
    if (event.kind === this.#kind) this.#left = 0;
    this.#write();
    return this.#inner.append(event);
  }
  events(incidentId: string, from?: number): Promise<TraceEvent[]> {
    return this.#inner.events(incidentId, from);
  }
  fetch(key: RowKey): Promise<Row | undefined> {
    return this.#inner.fetch(key);
  }
  list(family: RowKey['family'], id: string, newest?: number): Promise<Row[]> {
    return this.#inner.list(family, id, newest);
  }
  async create(key: RowKey, data: JsonObject): Promise<{ created: boolean; row: Row }> {
    this.#write();
    return this.#inner.create(key, data);
  }
  async replace(key: RowKey, data: JsonObject, version: number): Promise<boolean> {
    this.#write();
    return this.#inner.replace(key, data, version);
  }
  async add(
    key: RowKey,
    amounts: Readonly<Record<string, number>>,
    ceilings?: Readonly<Record<string, number>>,
  ): Promise<{ added: boolean; totals: Readonly<Record<string, number>> }> {
    this.#write();
    return this.#inner.add(key, amounts, ceilings);
  }
}

import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { RowKey } from '../../lambdas/contracts/ledger-keys.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { Ledger, Row } from '../../lambdas/contracts/ports.ts';

const partOf = ({ part = '-' }: RowKey): string => part;

/**
 * A ledger in memory, for tests of steps. Every call is decided at once and answered on a later tick, so
 * callers race as on DynamoDB. Results are copies: changing one changes nothing in the ledger.
 * Rows never expire, because nothing may depend on when TTL deletes them.
 */
export class MemoryLedger implements Ledger {
  readonly #traces = new Map<string, Map<number, TraceEvent>>();
  readonly #rows = new Map<string, Map<string, Row>>();

  /** Number of successful writes, for tests that assert that nothing was recorded. */
  writes = 0;

  async append(event: TraceEvent): Promise<'appended' | 'taken'> {
    const trace = this.#traces.get(event.incident) ?? new Map<number, TraceEvent>();
    this.#traces.set(event.incident, trace);
    if (trace.has(event.seq)) return 'taken';
    trace.set(event.seq, structuredClone(event));
    this.writes += 1;
    return 'appended';
  }

  async events(incidentId: string, from = 0): Promise<TraceEvent[]> {
    const trace = [...(this.#traces.get(incidentId)?.values() ?? [])];
    return structuredClone(trace.filter((event) => event.seq >= from).sort((one, other) => one.seq - other.seq));
  }

  async fetch(key: RowKey): Promise<Row | undefined> {
    return structuredClone(this.#find(key));
  }

  async list(family: RowKey['family'], id: string, newest = Infinity): Promise<Row[]> {
    const rows = [...(this.#rows.get(`${family}#${id}`) ?? [])].sort(([one], [other]) => (one < other ? -1 : 1));
    return structuredClone(rows.slice(Math.max(0, rows.length - newest)).map(([, row]) => row));
  }

  async create(key: RowKey, data: JsonObject): Promise<{ created: boolean; row: Row }> {
    const there = this.#find(key);
    return { created: there === undefined, row: structuredClone(there ?? this.#put(key, 1, data)) };
  }

  async replace(key: RowKey, data: JsonObject, version: number): Promise<boolean> {
    if (this.#find(key)?.version !== version) return false;
    this.#put(key, version + 1, data);
    return true;
  }

  async add(
    key: RowKey,
    amounts: Readonly<Record<string, number>>,
    ceilings: Readonly<Record<string, number>> = {},
  ): Promise<{ added: boolean; totals: Readonly<Record<string, number>> }> {
    const row = this.#find(key);
    const names = [...new Set([...Object.keys(amounts), ...Object.keys(ceilings)])];
    const before = Object.fromEntries(names.map((name) => [name, countIn(row, name)]));
    const after = Object.fromEntries(
      names.map((name) => [name, (before[name] ?? 0) + integer(name, amounts[name] ?? 0)]),
    );
    if (names.some((name) => (after[name] ?? 0) > (ceilings[name] ?? Infinity)))
      return { added: false, totals: before };
    this.#put(key, (row?.version ?? 0) + 1, { ...row?.data, ...after });
    return { added: true, totals: after };
  }

  #find(key: RowKey): Row | undefined {
    return this.#rows.get(`${key.family}#${key.id}`)?.get(partOf(key));
  }

  #put(key: RowKey, version: number, data: JsonObject): Row {
    const id = `${key.family}#${key.id}`;
    const row: Row = { version, data: structuredClone(data) };
    this.#rows.set(id, (this.#rows.get(id) ?? new Map<string, Row>()).set(partOf(key), row));
    this.writes += 1;
    return row;
  }
}

const integer = (name: string, value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new InputError(
    `counter ${name}`,
    `${JSON.stringify(value)} is not an integer`,
    'Count in whole units, such as micro-USD.',
  );
};

const countIn = (row: Row | undefined, name: string): number => integer(name, row?.data[name] ?? 0);

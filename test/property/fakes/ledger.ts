import * as z from 'zod';
import { ERROR } from '../../../lambdas/contracts/error-names.ts';
import { isKind, type TraceEvent } from '../../../lambdas/contracts/events.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { RowKey } from '../../../lambdas/contracts/ledger-keys.ts';
import { CheckreinError, StepError } from '../../../lambdas/contracts/errors.ts';
import type { Ledger } from '../../../lambdas/contracts/ports.ts';
import type { HostileCase, WriteFault } from '../case/case.ts';
import type { Recording } from '../recording.ts';

/** A function that ran out of time or memory. Step Functions reports it under this name. */
export const killed = (where: string): CheckreinError =>
  new CheckreinError('Sandbox.Timedout', `The function was killed ${where}.`, 'None: the state machine goes on.');

const unavailable = (): StepError => new StepError(ERROR.ledgerUnavailable, 'The ledger did not answer.', 'Try again.');

/** Returns the next fault of a list when its gap has passed. */
export class FaultQueue<T extends { readonly gap: number }> {
  readonly #rest: T[];
  #waited = 0;

  constructor(all: readonly T[]) {
    this.#rest = [...all];
  }

  /** Call it once for every step, write or entry. `counts` says whether the gap of the next fault counts this one. */
  next(counts: (waiting: T) => boolean = () => true): T | undefined {
    const [first] = this.#rest;
    if (first === undefined || !counts(first)) return undefined;
    if (this.#waited >= first.gap) {
      this.#waited = 0;
      return this.#rest.shift();
    }
    this.#waited += 1;
    return undefined;
  }
}

/** The trace as a reader sees it after somebody has edited a stored plan. */
const tampered = (events: readonly TraceEvent[]): TraceEvent[] =>
  events.map((event) =>
    isKind(event, 'dry-run.finished') && event.data.made
      ? {
          ...event,
          data: { ...event.data, plan: { ...event.data.plan, input: { ...event.data.plan.input, desired: 3 } } },
        }
      : event,
  );

const recordChange = ({ family, id }: RowKey, { lastChangeAt }: JsonObject, recording: Recording): void => {
  if (family === 'change' && typeof lastChangeAt === 'string')
    recording.add({ is: 'changed', targetArn: id, at: lastChangeAt });
};

const JoinedRow = z.object({ name: z.string(), why: z.string() });
const FreedRow = z.object({ incidentId: z.string(), open: z.literal(false) });

/** Records what a row of a storm says: an alarm that joined an incident, or a key that an incident gave back. */
const recordStorm = ({ family, id }: RowKey, data: JsonObject, recording: Recording): void => {
  if (family !== 'storm') return;
  const joined = id.startsWith('attached#') ? JoinedRow.safeParse(data).data : undefined;
  if (joined !== undefined)
    recording.add({ is: 'joined', incidentId: id.slice('attached#'.length), alarm: joined.name, why: joined.why });
  const freed = FreedRow.safeParse(data).data;
  if (freed !== undefined) recording.add({ is: 'freed', incidentId: freed.incidentId });
};

/**
 * A ledger that records every write, and that fails at the writes which the case lists: before the write, so that
 * nothing is stored, or after it, so that only the response is lost.
 */
export const hostileLedger = (
  ledger: Ledger,
  { writes }: Pick<HostileCase, 'writes'>,
  recording: Recording,
  isTampered: () => boolean,
): Ledger => {
  const faults = new FaultQueue<WriteFault>(writes);
  const around = async <T>(write: () => Promise<T>, starts = false): Promise<T> => {
    const fault = faults.next(({ on }) => on === 'any' || starts);
    const fail = (): never => {
      recording.add({ is: 'fault', what: `write ${fault?.as ?? ''} ${fault?.when ?? ''}` });
      throw fault?.as === 'killed' ? killed('around a write') : unavailable();
    };
    if (fault?.when === 'before') fail();
    const result = await write();
    if (fault?.when === 'after') fail();
    return result;
  };
  return {
    append: (event) =>
      around(async () => {
        const result = await ledger.append(event);
        if (result === 'appended') recording.add({ is: 'event', event });
        return result;
      }, event.kind === 'apply.started'),
    events: async (incidentId, from) => {
      const events = await ledger.events(incidentId, from);
      return isTampered() ? tampered(events) : events;
    },
    fetch: (key) => ledger.fetch(key),
    list: (family, id, newest) => ledger.list(family, id, newest),
    create: (key, data, expiresAt) =>
      around(async () => {
        const result = await ledger.create(key, data, expiresAt);
        if (key.family === 'grant' && result.created) recording.add({ is: 'redeemed', grantId: key.id, row: data });
        if (result.created) recordChange(key, data, recording);
        if (result.created) recordStorm(key, data, recording);
        return result;
      }),
    replace: (key, data, version, expiresAt) =>
      around(async () => {
        const replaced = await ledger.replace(key, data, version, expiresAt);
        if (replaced) recordChange(key, data, recording);
        if (replaced) recordStorm(key, data, recording);
        return replaced;
      }),
    add: (key, amounts, ceilings) =>
      around(async () => {
        const result = await ledger.add(key, amounts, ceilings);
        if (key.family === 'budget' && result.added) recording.add({ is: 'spent', row: key.id, totals: result.totals });
        return result;
      }),
  };
};

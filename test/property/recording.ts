import { isKind, type TraceEvent, type TraceEventOf } from '../../lambdas/contracts/events.ts';
import type { StepName } from '../../lambdas/contracts/flow.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Plan } from '../../lambdas/contracts/plan.ts';
import type { ModelRequest, Notification } from '../../lambdas/contracts/ports.ts';
import type { Receipt } from '../../lambdas/approvals/answer/answer.ts';
import type { RecordedCall } from '../../local/account/account.ts';
import type { Arrival } from './case/storm.ts';

/** A position of the kill switch. */
export type SwitchPosition = 'on' | 'propose-only' | 'off';

/** One thing that happened in a case. Recorded where it happened, not read from a trace. */
export type RecordedFact =
  | { readonly is: 'event'; readonly event: TraceEvent }
  /** A call as it reached AWS, or another provider. `credentialsFor`: the one target that its credentials may change. */
  | {
      readonly is: 'call';
      readonly call: RecordedCall;
      readonly credentialsFor?: string;
      /** The object of a request to a cluster, right after it. */
      readonly object?: JsonObject;
    }
  /** The target of a change in a cluster as it is once an event is on the trace; undefined if it is gone. */
  | { readonly is: 'object'; readonly of: TraceEvent; readonly object: JsonObject | undefined }
  /** An event of an alarm is delivered, with the state that it says and since when. */
  | {
      readonly is: 'delivered';
      readonly eventId: string;
      readonly alarm: string;
      readonly value: string;
      readonly since: string;
      /** The moment for which a case kept it back. */
      readonly on?: Arrival['on'];
    }
  /** The row of an alarm that joined an incident. */
  | { readonly is: 'joined'; readonly incidentId: string; readonly alarm: string; readonly why: string }
  /** An incident gave its deduplication key back. */
  | { readonly is: 'freed'; readonly incidentId: string }
  /** An alarm that is in ALARM at the end. */
  | { readonly is: 'standing'; readonly alarm: string; readonly since: string }
  | { readonly is: 'step'; readonly step: StepName; readonly incidentId: string }
  | { readonly is: 'switch'; readonly position: SwitchPosition }
  | { readonly is: 'calendar'; readonly closed: boolean }
  | { readonly is: 'moved'; readonly targets: readonly string[]; readonly of: 'configuration' | 'facts' }
  | { readonly is: 'redeemed'; readonly grantId: string; readonly row: JsonObject }
  /** Checkrein changed a target, as the ledger has it. */
  | { readonly is: 'changed'; readonly targetArn: string; readonly at: string }
  /** The alarm of an incident as Apply is entered, read off the account itself. */
  | {
      readonly is: 'alarm';
      readonly incidentId: string;
      readonly at: string;
      readonly value: string;
      readonly since: string;
    }
  | { readonly is: 'spent'; readonly row: string; readonly totals: Readonly<Record<string, number>> }
  | { readonly is: 'asked-model'; readonly incidentId: string; readonly request: ModelRequest; readonly at: number }
  | { readonly is: 'billed'; readonly incidentId: string; readonly agent: string; readonly microUsd: number }
  | {
      readonly is: 'clicked';
      readonly approvalId: string;
      readonly approver: string;
      readonly answer: 'approve' | 'deny';
      readonly breakGlass: boolean;
    }
  | {
      readonly is: 'receipt';
      readonly approvalId: string;
      readonly receipt: Receipt['status'] | 'http';
      readonly detail: string;
    }
  /** Somebody else posted a link in this person's name. */
  | { readonly is: 'impersonated'; readonly approvalId: string; readonly approver: string }
  | { readonly is: 'message'; readonly message: Notification }
  | { readonly is: 'fault'; readonly what: string }
  | { readonly is: 'ended'; readonly eventId: string; readonly incidentId: string }
  | { readonly is: 'broke'; readonly error: string };

/** Events of one kind, with their index in the recording. */
export const eventsIn = <K extends Parameters<typeof isKind>[1]>(
  entries: readonly RecordedFact[],
  kind: K,
): { readonly at: number; readonly event: TraceEventOf<K> }[] =>
  entries.flatMap((entry, at) => {
    if (entry.is !== 'event' || !isKind(entry.event, kind)) return [];
    return [{ at, event: entry.event }];
  });

/** The plan with this digest, of any incident. */
export const planOf = ({ entries }: { readonly entries: readonly RecordedFact[] }, digest: string): Plan | undefined =>
  eventsIn(entries, 'dry-run.finished')
    .map(({ event: { data } }) => data)
    .flatMap((data) => (data.made && data.digest === digest ? [data.plan] : []))[0];

/** Everything that happened in a case, in order. */
export class Recording {
  readonly entries: RecordedFact[] = [];
  readonly #listeners: ((entry: RecordedFact) => void)[] = [];

  add(entry: RecordedFact): void {
    this.entries.push(entry);
    for (const listener of this.#listeners) listener(entry);
  }

  onEntry(listener: (entry: RecordedFact) => void): void {
    this.#listeners.push(listener);
  }
}

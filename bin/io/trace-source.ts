import type { CheckreinError } from '../../lambdas/contracts/errors.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import type { IncidentSummary } from './incident-summary.ts';

/** Which incidents a list may have. */
export interface ListBounds {
  readonly limit: number;
  /** Not those that opened earlier. */
  readonly since: Date | undefined;
  readonly onlyOpen: boolean;
}

/** Incidents, newest first. */
export interface IncidentList {
  readonly incidents: readonly IncidentSummary[];
  /** Executions without a trace of their own, such as that of an alarm which joined an open incident. */
  readonly withoutTrace: number;
  /** Whether nothing within the bounds is missing. */
  readonly complete: boolean;
}

/** The public half of the key that seals traces. */
export interface SealKey {
  readonly pem: string;
  /** Whether the trace itself named the key, which proves less than a name from elsewhere. */
  readonly namedByTrace: boolean;
}

/** A trace exactly as it is stored. */
export interface StoredTrace {
  /** JSON lines; the last one ends with a newline too. */
  readonly content: string | Uint8Array;
  /** The events of those lines that are events. */
  readonly events: readonly TraceEvent[];
  /** The first line that Checkrein did not write like this. */
  readonly fault: CheckreinError | undefined;
  sealKey(): Promise<SealKey>;
}

/** Where traces are: the ledger of a deployment, or a folder of runs on this machine. */
export interface TraceSource {
  /** Its name in sentences. */
  readonly name: string;
  list(bounds: ListBounds): Promise<IncidentList>;
  /** Undefined if there is no trace of that incident. */
  trace(incident: string): Promise<StoredTrace | undefined>;
}

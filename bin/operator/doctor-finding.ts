import type { DoctorRun } from '../../lambdas/contracts/doctor-run.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import type { Deployment } from './deployment.ts';

/** What the doctor reads from AWS. A call that fails throws. */
export interface DoctorAws {
  caller(): Promise<{ readonly account: string; readonly region: string }>;
  /** Version of the CDK bootstrap stack; undefined if there is none. */
  bootstrapVersion(): Promise<number | undefined>;
  /** A stack by name; undefined if there is none. */
  stack(name: string): Promise<{ readonly status: string; readonly deployment: Deployment | undefined } | undefined>;
  /** Whether the secret exists, and whether somebody has stored a key in it. The value itself is not read. */
  modelKey(secretArn: string): Promise<'stored' | 'generated' | 'deleted' | 'missing'>;
  /** E-mail subscriptions of a topic. */
  subscriptions(topicArn: string): Promise<readonly { readonly email: string; readonly confirmed: boolean }[]>;
  /** Value of the kill switch parameter; undefined if there is none. */
  switchPosition(parameter: string): Promise<string | undefined>;
  /** The event bus rules that start the flow, with the pattern each matches. */
  intake(startArn: string): Promise<readonly IntakeRule[]>;
  table(name: string): Promise<{ readonly status: string; readonly pointInTimeRecovery: boolean }>;
  /** How many functions Lambda runs at once in this account and Region, and how many of those nobody has reserved. */
  lambdaQuota(): Promise<{ readonly atOnce: number; readonly unreserved: number }>;
  /** Raises the alarm of the doctor and waits until the execution that it starts ends. */
  raiseAlarm(alarm: string, flowArn: string, run: DoctorRun): Promise<DryIncident | MissingPermission>;
  /** Starts the flow with an event and waits until it ends. */
  runFlow(startArn: string, event: object): Promise<DryIncident>;
  trace(table: string, incident: string): Promise<readonly TraceEvent[]>;
}

/** A rule that starts the flow for events of one pattern. */
export interface IntakeRule {
  readonly name: string;
  readonly enabled: boolean;
  readonly pattern: unknown;
}

/** How an execution ended; if badly, the reason that the state machine gives. */
export interface DryIncident {
  readonly incident: string;
  readonly status: string;
  readonly reason?: string;
}

/** The caller may not do this. */
export interface MissingPermission {
  readonly mayNot: string;
}

/** The result of one check, in a sentence; if something is wrong, what to do. */
export interface DoctorVerdict {
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly says: string;
  readonly todo?: string;
}

/** What one check found. */
export interface DoctorFinding extends DoctorVerdict {
  readonly check: string;
}

export const ok = (says: string): DoctorVerdict => ({ verdict: 'ok', says });
export const warn = (says: string, todo: string): DoctorVerdict => ({ verdict: 'warn', says, todo });
export const fail = (says: string, todo: string): DoctorVerdict => ({ verdict: 'fail', says, todo });

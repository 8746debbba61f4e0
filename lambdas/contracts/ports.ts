import type { Message, ModelTurn, ToolSpec } from './model.ts';
import type { ApproveOutput } from './flow.ts';
import type { TraceEvent } from './events.ts';
import type { JsonObject } from './json.ts';
import type { RowKey } from './ledger-keys.ts';
import type { AwsCall, Service } from './tool.ts';

/**
 * The seams of the harness. A step is a function of (input, ports); everything that is slow, random,
 * remote or billed stands behind one of these. Real ones are in `adapters/`, the laptop's in `local/`.
 */

/** Time. The laptop's runs faster than the wall's. */
export interface Clock {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

/** Fresh identifiers: URL-safe, unguessable (128 bits or more). */
export interface Ids {
  fresh(prefix: string): string;
}

/** What the model is asked in one turn. */
export interface ModelRequest {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  readonly maxTokens: number;
}

/** The one dependency that is not deterministic. Throws `ModelUnavailable` when it may work later. */
export interface Model {
  decide(request: ModelRequest): Promise<ModelTurn>;
}

/** One AWS call. Input and output are what the SDK command takes and gives. */
export interface CloudRequest {
  readonly service: Service;
  readonly command: string;
  readonly input: JsonObject;
}

/**
 * AWS, as tools see it. Each step hands a tool a cloud that only makes the calls of that tool's
 * manifest. Throws `CloudError` with the AWS error code for a refusal that the model can learn from,
 * `CloudUnavailable` where only time helps. Answers are plain JSON (dates as ISO strings); tools parse
 * them with zod.
 */
export interface Cloud {
  readonly account: string;
  readonly region: string;
  send(request: CloudRequest): Promise<unknown>;
}

/** An account, and a Region of it. */
export interface AccountRegion {
  readonly account: string;
  readonly region: string;
}

/** An incident, as whoever looks or changes for it has to know it: `sceneOf` takes it from the trace. */
export interface IncidentLocation {
  readonly incidentId: string;
  /** Where the alarm is. Null without an alarm: then it is where Checkrein is. */
  readonly accountRegion: AccountRegion | null;
}

/**
 * Hands out a cloud that can make exactly the given read calls where the incident is: under the step's own
 * role, or under the read role of a member account. A place out of reach refuses each call in words.
 */
export type CloudAccess = (calls: readonly AwsCall[], location: IncidentLocation) => Cloud;

/** What a screen made of a text. `findings` are sentences for people. */
export type FilterResult =
  /** The text may be shown as it stands here: personal data that was to be masked is masked. */
  | {
      readonly kind: 'passed';
      readonly text: string;
      readonly findings: readonly string[];
      /** How many pieces were masked. */
      readonly masked: number;
    }
  /** The team's own guardrail says that this is not to be shown. */
  | { readonly kind: 'blocked'; readonly findings: readonly string[] }
  /** Nobody has looked at it. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** A second pair of eyes on untrusted text, where a team has one. Never throws: what it cannot look at, it says so of. */
export interface ContentFilter {
  check(text: string): Promise<FilterResult>;
}

/** Cuts a session of the change role down to one change. */
export interface ChangeScope {
  readonly calls: readonly AwsCall[];
  /** ARN that `target`-scoped calls may touch. */
  readonly targetArn: string;
  /** Where the change is made. The target must be there. */
  readonly location: IncidentLocation;
  /** Names step and incident in CloudTrail; the source identity is the incident alone. */
  readonly sessionName: string;
}

/** Hands out the credentials that can change something. Only apply's function has this port. */
export interface ChangeCredentials {
  assume(scope: ChangeScope): Promise<Cloud>;
}

/** A row of the ledger, with the version that `replace` has to name. */
export interface Row {
  readonly version: number;
  readonly data: JsonObject;
}

/**
 * The ledger. All writes are single conditional writes, so a retry can always be told from a race.
 * Nothing is ever deleted by us: rows leave by TTL, at `expiresAt` or with the traces of their day; breakers stay.
 */
export interface Ledger {
  /**
   * Appends at (incident, seq). `taken`: an event is there that this very call did not write, be it equal;
   * read again. So of racing twins one is told `appended`, and it alone acts on the event.
   */
  append(event: TraceEvent): Promise<'appended' | 'taken'>;
  /** The incident's events from `from` on, in order; consistent. */
  events(incidentId: string, from?: number): Promise<TraceEvent[]>;
  fetch(key: RowKey): Promise<Row | undefined>;
  /** All rows of one id, by sort key. */
  list(family: RowKey['family'], id: string): Promise<Row[]>;
  /** Creates a row, or answers with the one that is there. */
  create(key: RowKey, data: JsonObject, expiresAt?: Date): Promise<{ created: boolean; row: Row }>;
  /** Replaces a row if it still has that version. */
  replace(key: RowKey, data: JsonObject, version: number, expiresAt?: Date): Promise<boolean>;
  /**
   * Adds to counters of a row, all or none. With `ceilings`, refuses when a named counter would come to
   * stand above its ceiling. Totals are those after the addition, or the present ones when refused.
   */
  add(
    key: RowKey,
    amounts: Readonly<Record<string, number>>,
    ceilings?: Readonly<Record<string, number>>,
  ): Promise<{ added: boolean; totals: Readonly<Record<string, number>> }>;
}

/** A keyed MAC. In AWS it is KMS, and a role has one half of it: generate or verify. */
export interface MacGenerator {
  generate(message: Uint8Array): Promise<string>;
}
export interface MacVerifier {
  verify(message: Uint8Array, mac: string): Promise<boolean>;
}

/** Signs the head of a closed trace so that anyone can verify it offline. ECDSA P-256, SHA-256, DER. */
export interface Sealer {
  sign(message: Uint8Array): Promise<{ signature: string; keyId: string; publicKey: string }>;
}

/** The kill switch, read fresh every time. Anything unreadable is `off`. */
export interface Switch {
  read(): Promise<'on' | 'propose-only' | 'off'>;
}

/** The team's change calendar, read fresh every time. Anything unreadable is a freeze. */
export interface Calendar {
  /** What the calendar says where it lets no change through now; nothing where there is no freeze. */
  freeze(): Promise<string | undefined>;
}

/** A message for people. `audience` narrows it to one approver; without it, everyone on the topic. */
export interface Notification {
  readonly about: 'approval' | 'break-glass' | 'closed' | 'escalated' | 'failed';
  readonly incidentId: string;
  readonly subject: string;
  readonly text: string;
  readonly audience?: string;
}
export interface Notifier {
  notify(message: Notification): Promise<void>;
}

/** Wakes the execution that waits in Approve. `gone`: it no longer waits (expired, or answered before). */
export interface Callbacks {
  resume(taskToken: string, output: ApproveOutput): Promise<'resumed' | 'gone'>;
}

/** Time left before the runtime kills this invocation. */
export interface Deadline {
  at(): Date;
}

import type { Message, ModelTurn, ToolSpec } from './model.ts';
import type { ApproveOutput } from './flow.ts';
import type { TraceEvent } from './events.ts';
import type { FollowUp } from './follow-up.ts';
import type { LinkRequest } from './link-request.ts';
import type { JsonObject } from './json.ts';
import type { RowKey } from './ledger-keys.ts';
import type { Rules } from './rules.ts';
import type { Target } from './plan.ts';
import type { ProviderCall } from './tool.ts';

/**
 * The ports of the harness. A step is a function of (input, ports); everything that is slow, random,
 * remote or billed is behind one of these. Real ones are in `adapters/` and `providers/`, the laptop's in `local/`.
 */

/** Time. On the laptop it runs faster than real time. */
export interface Clock {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
  /** What the work returns, or undefined if that takes longer. Late work is not stopped, only ignored. */
  within<T>(milliseconds: number, work: Promise<T>): Promise<{ readonly value: T } | undefined>;
}

/** Fresh identifiers: URL-safe, unguessable (128 bits or more). */
export interface Ids {
  fresh(prefix: string): string;
}

/** The model request of one turn. */
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

/** One call of a provider. Of AWS, input and output are what the SDK command takes and gives. */
export interface CloudRequest {
  readonly service: string;
  readonly command: string;
  readonly input: JsonObject;
}

/**
 * A provider, as tools see it. Each step hands a tool a cloud that only makes the calls of that tool's
 * manifest. Throws `CloudError` with the provider's error code for a refusal that the model can learn from,
 * `CloudUnavailable` where only time helps. Answers are plain JSON (dates as ISO strings); tools parse
 * them with zod.
 */
export interface Cloud {
  readonly account: string;
  readonly region: string;
  send(request: CloudRequest): Promise<unknown>;
}

/** An account and a Region. */
export interface AccountRegion {
  readonly account: string;
  readonly region: string;
}

/** An incident and where it is; `locationOf` reads it from the trace. */
export interface IncidentLocation {
  readonly incidentId: string;
  /** Account and Region of the subject. Null: nowhere in particular, which means Checkrein's own. */
  readonly accountRegion: AccountRegion | null;
}

/** Calls of one provider. */
interface ProviderCalls {
  readonly provider: string;
  readonly calls: readonly ProviderCall[];
}

/**
 * Returns a cloud that can make exactly the given read calls where the incident is. In AWS: under the step's own
 * role, or under the read role of a member account. In any other account, and of a provider that is not installed, each
 * call is refused with a reason.
 */
export type CloudAccess = (wanted: ProviderCalls, location: IncidentLocation) => Cloud;

/** The result of filtering a text. `findings` are sentences for people. */
export type FilterResult =
  /** `text` may be shown: the personal data that the guardrail masks is masked. */
  | {
      readonly kind: 'passed';
      readonly text: string;
      readonly findings: readonly string[];
      /** How many pieces were masked. */
      readonly masked: number;
    }
  /** The team's guardrail blocks the text. */
  | { readonly kind: 'blocked'; readonly findings: readonly string[] }
  /** The text was not checked. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** An optional second filter for untrusted text. Never throws: a failure is the result `unavailable`. */
export interface ContentFilter {
  check(text: string): Promise<FilterResult>;
}

/** What one change touches besides its target, by name: never a pattern. */
export interface AlsoTouched {
  /** Refs (in AWS: ARNs). */
  readonly refs: readonly string[];
  /** ARN of the one role that is passed. */
  readonly role?: string;
}

/** What limits credentials to one change. */
export interface ChangeScope extends ProviderCalls {
  /** The only thing that they may change … */
  readonly target: Target;
  /** … besides these, each of which the manifest of the tool allows for. */
  readonly also?: AlsoTouched;
  /** Account and Region of the change. The target must be there. */
  readonly location: IncidentLocation;
  /** The tool that makes the change. */
  readonly tool: string;
  readonly purpose: 'dry-run' | 'apply' | 'rollback';
  /** Names step and incident in CloudTrail or the audit log of another provider; in AWS the source identity is the incident alone. */
  readonly sessionName: string;
}

/** Issues the credentials that can change something. Only apply's function has this port. */
export interface ChangeCredentials {
  assume(scope: ChangeScope): Promise<Cloud>;
}

/** What a test of one cluster found. */
export interface TestedCluster {
  /** `warn`: something could not be looked at. */
  readonly outcome: 'ok' | 'warn' | 'fail';
  readonly says: string;
  /** What to do; empty if all is well. */
  readonly advice: string;
}

/**
 * Tests a cluster of the settings for a run of the doctor: reads under the role of the function, and under the change role
 * nothing but a dry run that the cluster must refuse. Only the change zone has this port.
 */
export type ClusterTest = (cluster: string, incidentId: string) => Promise<TestedCluster>;

/** A row of the ledger, with the version that `replace` has to name. */
export interface Row {
  readonly version: number;
  readonly data: JsonObject;
}

/**
 * The ledger. All writes are single conditional writes, so a retry can always be distinguished from a race.
 * The harness never deletes: rows expire by TTL, at `expiresAt` or with the traces of their day; breakers stay.
 */
export interface Ledger {
  /**
   * Appends at (incident, seq). `taken`: another call has written an event there, even an equal one; read
   * again. So of concurrent attempts only one gets `appended`, and only that one acts on the event.
   */
  append(event: TraceEvent): Promise<'appended' | 'taken'>;
  /** The incident's events from `from` on, in order; consistent. */
  events(incidentId: string, from?: number): Promise<TraceEvent[]>;
  fetch(key: RowKey): Promise<Row | undefined>;
  /** All rows of one id, by sort key; with `newest`, only so many of the last ones. */
  list(family: RowKey['family'], id: string, newest?: number): Promise<Row[]>;
  /** Creates a row, or returns the existing one. */
  create(key: RowKey, data: JsonObject, expiresAt?: Date): Promise<{ created: boolean; row: Row }>;
  /** Replaces a row if it still has that version. */
  replace(key: RowKey, data: JsonObject, version: number, expiresAt?: Date): Promise<boolean>;
  /**
   * Adds to counters of a row, all or none. With `ceilings`, refuses when a named counter would exceed its
   * ceiling. Totals are those after the addition, or the present ones when refused.
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
  /** The reason of the freeze that is in force now; undefined if there is none. */
  freeze(): Promise<string | undefined>;
}

/** A message for people. `audience` narrows it to one approver; without it, everyone on the topic. */
export interface Notification {
  readonly about: 'approval' | 'receipt' | 'break-glass' | 'closed' | 'escalated' | 'failed' | 'digest';
  readonly incidentId: string;
  readonly subject: string;
  readonly text: string;
  readonly audience?: string;
}
/** `digest`: the message was not sent by itself; the next digest has a line for it. */
export type Delivery = 'sent' | 'digest';
export interface Notifier {
  notify(message: Notification): Promise<Delivery>;
}

/** One message to a receiver outside AWS. */
interface PostRequest {
  /** What errors and logs call it. The URL may be a secret, so it is in neither. */
  readonly call: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
/** What the receiver answered: never more than the beginning. */
export interface PostAnswer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter?: string | undefined;
}
/** Sends a message by HTTPS to an address of the public Internet. Throws if there is no answer in time, or no such address. */
export type Post = (request: PostRequest) => Promise<PostAnswer>;

/** Publishes a text on one SNS topic. */
export type Publish = (message: string) => Promise<void>;

/** A secret of the team, read when it is needed. `forget`: the next read asks again, because the value may be an old one. */
export interface StoredSecret {
  read(): Promise<string>;
  forget(): void;
}

/** Where a function says what people should know that no trace has. */
export interface Log {
  info(message: string, more: Readonly<Record<string, string | number>>): void;
  warn(message: string, more: Readonly<Record<string, string | number>>): void;
}

/** Has another function send an approver their own link, without waiting for what it finds. */
export interface LinkRequests {
  request(request: LinkRequest): Promise<void>;
}

/** Who sent a request, by what the team's proxy signed. Whatever is not a valid signature of that proxy is refused. */
export type Identified =
  /** `name`: the claim that the settings name, an e-mail address or the id of an approver. */
  | { readonly kind: 'person'; readonly name: string }
  /** `unavailable`: the keys of the proxy cannot be read now. */
  | { readonly kind: 'refused' | 'unavailable'; readonly reason: string };
export type Identify = (headers: Readonly<Record<string, string | undefined>>) => Promise<Identified>;

/** An event of Checkrein's own for the event bus. */
export interface BusEntry {
  readonly source: string;
  readonly detailType: string;
  /** ARNs, or refs, of what it is about. */
  readonly resources: readonly string[];
  readonly detail: JsonObject;
}
/** Puts events on the event bus. An entry may be put again: who takes it knows it by what is in it. */
export interface EventBus {
  /** For each entry, why the bus did not take it after a few attempts; undefined if it did. */
  put(entries: readonly BusEntry[]): Promise<readonly (string | undefined)[]>;
}

/** A follow-up that the event bus did not take. */
export interface FailedFollowUp {
  readonly followUp: FollowUp;
  readonly reason: string;
}
/** Gives alarms incidents of their own, by events on the bus. The same follow-up may be raised again: Open takes it once. */
export interface FollowUps {
  /** Returns those that the bus did not take after a few attempts. */
  raise(followUps: readonly FollowUp[]): Promise<readonly FailedFollowUp[]>;
}

/** An e-mail subscription of a topic. Until it is confirmed, it receives nothing. */
export interface MailSubscription {
  readonly email: string;
  readonly confirmed: boolean;
}
/** The e-mail subscriptions of a topic. */
export type MailSubscriptions = (topicArn: string) => Promise<readonly MailSubscription[]>;

/** Wakes the execution that waits in Approve. `gone`: it is not waiting any more (expired, or answered before). */
export interface Callbacks {
  resume(taskToken: string, output: ApproveOutput): Promise<'resumed' | 'gone'>;
}

/** Time left before the runtime kills this invocation. */
export interface Deadline {
  at(): Date;
}

/** The ports that every step has. */
export interface StepPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly rules: Rules;
}

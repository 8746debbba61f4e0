import { createHmac, timingSafeEqual } from 'node:crypto';
import { ERROR } from '../../lambdas/contracts/error-names.ts';
import type { ApproveOutput } from '../../lambdas/contracts/flow.ts';
import type { LinkRequest } from '../../lambdas/contracts/link-request.ts';
import type { LinkSent } from '../../lambdas/approvals/send-link/send-link.ts';
import { StepError } from '../../lambdas/contracts/errors.ts';
import type { FollowUp } from '../../lambdas/contracts/follow-up.ts';
import type {
  BusEntry,
  Calendar,
  Callbacks,
  Clock,
  Delivery,
  EventBus,
  FailedFollowUp,
  FollowUps,
  Ids,
  LinkRequests,
  MacGenerator,
  MacVerifier,
  Notification,
  Notifier,
  ContentFilter,
  FilterResult,
  Switch,
} from '../../lambdas/contracts/ports.ts';

/** HMAC-SHA-256 with a fixed key, in place of KMS. */
export class HmacMac implements MacGenerator, MacVerifier {
  readonly #key: string;
  constructor(key: string) {
    this.#key = key;
  }
  async generate(message: Uint8Array): Promise<string> {
    return createHmac('sha256', this.#key).update(message).digest('base64');
  }
  async verify(message: Uint8Array, mac: string): Promise<boolean> {
    const wanted = Buffer.from(await this.generate(message), 'base64');
    const given = Buffer.from(mac, 'base64');
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}

/** A clock that the test moves. */
export class ManualClock implements Clock {
  #now: number;
  constructor(start: string) {
    this.#now = Date.parse(start);
  }
  now(): Date {
    return new Date(this.#now);
  }
  async sleep(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
  }
  async within<T>(milliseconds: number, work: Promise<T>): Promise<{ readonly value: T } | undefined> {
    const until = this.#now + milliseconds;
    const value = await work;
    return this.#now > until ? undefined : { value };
  }
  advance(minutes: number): void {
    this.#now += minutes * 60_000;
  }
}

/** Numbered ids: predictable and unique. */
export class CountingIds implements Ids {
  #count = 0;
  fresh(prefix: string): string {
    this.#count += 1;
    return `${prefix}-${this.#count}`;
  }
}

/** Records notifications. Can be made to fail. */
export class RecordedNotifier implements Notifier {
  readonly sent: Notification[] = [];
  failing = false;
  async notify(message: Notification): Promise<Delivery> {
    if (this.failing) throw new StepError(ERROR.cloudUnavailable, 'the topic is gone', 'Subscribe again.');
    this.sent.push(message);
    return 'sent';
  }
}

/** Records what is put on the event bus. Can be made to reject some, so many times. */
export class RecordedBus implements EventBus {
  readonly taken: BusEntry[] = [];
  rejects: (entry: BusEntry) => boolean = () => false;
  async put(entries: readonly BusEntry[]): Promise<readonly (string | undefined)[]> {
    return entries.map((entry) => {
      if (this.rejects(entry)) return 'the bus is gone';
      this.taken.push(entry);
      return undefined;
    });
  }
}

/** Records follow-ups. Can be made to take none, or all but some. */
export class RecordedFollowUps implements FollowUps {
  readonly raised: FollowUp[] = [];
  fails: (followUp: FollowUp) => boolean = () => false;
  async raise(followUps: readonly FollowUp[]): Promise<readonly FailedFollowUp[]> {
    const failed = followUps.filter((one) => this.fails(one));
    this.raised.push(...followUps.filter((one) => !failed.includes(one)));
    return failed.map((followUp) => ({ followUp, reason: 'the bus is gone' }));
  }
}

/** Keeps requests for links until the test runs the function that answers them, as Lambda's queue does. */
export class QueuedLinkRequests implements LinkRequests {
  readonly queue: LinkRequest[] = [];
  failing = false;
  readonly #answer: (request: LinkRequest) => Promise<LinkSent>;
  constructor(answer: (request: LinkRequest) => Promise<LinkSent>) {
    this.#answer = answer;
  }
  async request(request: LinkRequest): Promise<void> {
    if (this.failing) throw new StepError(ERROR.cloudUnavailable, 'Lambda is gone', 'Try again.');
    this.queue.push(request);
  }
  /** Answers each request once, in order. */
  async deliver(): Promise<LinkSent[]> {
    const results: LinkSent[] = [];
    for (const request of this.queue.splice(0)) results.push(await this.#answer(request));
    return results;
  }
}

/** Resumes each task token once. Later callers find it gone, as in Step Functions. */
export class RecordedCallbacks implements Callbacks {
  readonly resumed: { readonly taskToken: string; readonly output: ApproveOutput }[] = [];
  async resume(taskToken: string, output: ApproveOutput): Promise<'resumed' | 'gone'> {
    if (this.resumed.some((one) => one.taskToken === taskToken)) return 'gone';
    this.resumed.push({ taskToken, output });
    return 'resumed';
  }
}

/** A kill switch that the test sets. */
export class ManualSwitch implements Switch {
  position: 'on' | 'propose-only' | 'off' = 'on';
  async read(): Promise<'on' | 'propose-only' | 'off'> {
    return this.position;
  }
}

/** A change calendar that the test closes, with the message of its freeze. */
export class ManualCalendar implements Calendar {
  closed: string | undefined;
  async freeze(): Promise<string | undefined> {
    return this.closed;
  }
}

/** A content filter with preset results. It records the texts. */
export class PresetContentFilter implements ContentFilter {
  readonly seen: string[] = [];
  readonly #says: (text: string) => FilterResult;
  constructor(says: (text: string) => FilterResult) {
    this.#says = says;
  }
  async check(text: string): Promise<FilterResult> {
    this.seen.push(text);
    return this.#says(text);
  }
}

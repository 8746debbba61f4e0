import type { Moment } from '../../contracts/moment.ts';

/** What became of one message. */
export type Delivered =
  /** The receiver took it. `note`: what is worth a line in the log. */
  | { readonly kind: 'sent'; readonly note?: string }
  /** It did not, or nobody knows: the moments are sent again. */
  | { readonly kind: 'failed'; readonly why: string }
  /** It takes nothing now. What is left of the batch waits too. */
  | { readonly kind: 'busy'; readonly why: string; readonly retryAfterSeconds: number };

/** How moments get to one notifier. */
export interface Channel {
  /** Moments that came together, as messages: the moments of each. */
  readonly messagesOf: (moments: readonly Moment[]) => readonly (readonly Moment[])[];
  /** Sends one message. Throws if there was no answer. */
  readonly send: (moments: readonly Moment[]) => Promise<Delivered>;
}

/** Seconds of a Retry-After, which may be a date. */
export const secondsOf = (retryAfter: string | undefined, now: Date): number => {
  if (retryAfter === undefined) return 0;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? 0 : Math.max(0, Math.ceil((date - now.getTime()) / 1000));
};

import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Ids } from '../contracts/ports.ts';

/** The system clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds) => {
    await wait(milliseconds);
  },
  within: async (milliseconds, work) => {
    const inTime = new AbortController();
    const late = wait(milliseconds, undefined, { signal: inTime.signal });
    try {
      return await Promise.race([work.then((value) => ({ value })), late]);
    } finally {
      inTime.abort();
    }
  },
};

/** `prefix-` and 128 random bits in hex, which every AWS name pattern allows. */
export const systemIds: Ids = {
  fresh: (prefix) => `${prefix}-${randomBytes(16).toString('hex')}`,
};

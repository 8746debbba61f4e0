import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Ids } from '../contracts/ports.ts';

/** The system clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds) => {
    await wait(milliseconds);
  },
};

/** `prefix-` and 128 random bits in hex, which every AWS name pattern allows. */
export const systemIds: Ids = {
  fresh: (prefix) => `${prefix}-${randomBytes(16).toString('hex')}`,
};

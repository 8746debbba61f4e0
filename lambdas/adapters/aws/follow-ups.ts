import { FOLLOW_UP_DUE, FOLLOW_UP_SOURCE, FollowUp } from '../../contracts/follow-up.ts';
import type { BusEntry, FollowUps } from '../../contracts/ports.ts';
import { defaultEventBus } from './event-bus.ts';

/** Puts follow-ups on the default event bus of the account. */
export const busFollowUps = (bus = defaultEventBus()): FollowUps => ({
  raise: async (followUps) => {
    const reasons = await bus.put(followUps.map(entryOf));
    return followUps.flatMap((followUp, at) => {
      const reason = reasons[at];
      return reason === undefined ? [] : [{ followUp, reason }];
    });
  },
});

const entryOf = (followUp: FollowUp): BusEntry => ({
  source: FOLLOW_UP_SOURCE,
  detailType: FOLLOW_UP_DUE,
  resources: [],
  detail: FollowUp.parse(followUp),
});

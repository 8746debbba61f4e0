import type { Calendar, Clock } from '../../lambdas/contracts/ports.ts';
import { offsetMs } from './world/time.ts';
import type { World } from './world/world.ts';

/** The change calendar of a world. It is closed during freezes. */
export const worldCalendar = ({ now, freezes }: World, clock: Clock): Calendar => {
  const start = Date.parse(now);
  return {
    freeze: async () => {
      const at = clock.now().getTime() - start;
      const closed = freezes.find(({ from, until }) => offsetMs(from) <= at && at < offsetMs(until));
      return (
        closed &&
        `The change calendar ${closed.name} is closed until ${new Date(start + offsetMs(closed.until)).toISOString()}.`
      );
    },
  };
};

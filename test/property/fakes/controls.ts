import type { HostileCase } from '../case/case.ts';
import type { Recording, SwitchPosition } from '../recording.ts';
import { FaultQueue } from './ledger.ts';

/** A kill switch that somebody turns while incidents run. */
export const hostileSwitch = ({ flips }: HostileCase, recording: Recording) => {
  const queue = new FaultQueue(flips);
  let position: SwitchPosition = 'on';
  recording.onEntry((entry) => {
    if (entry.is === 'switch') return;
    const starts = entry.is === 'event' && entry.event.kind === 'apply.started';
    const flip = queue.next(({ on }) => on === 'any' || starts);
    if (flip === undefined) return;
    position = flip.to;
    recording.add({ is: 'switch', position });
  });
  return { read: async () => position };
};

/** A change calendar that somebody closes and opens while incidents run. */
export const hostileCalendar = ({ closures }: HostileCase, recording: Recording) => {
  const queue = new FaultQueue(closures);
  let closed = false;
  recording.onEntry((entry) => {
    if (entry.is === 'calendar') return;
    const answers = entry.is === 'event' && entry.event.kind === 'approval.answered';
    const closure = queue.next(({ on }) => on === 'any' || answers);
    if (closure === undefined) return;
    closed = closure.closed;
    recording.add({ is: 'calendar', closed });
  });
  return { freeze: async () => (closed ? 'The change calendar is closed.' : undefined) };
};

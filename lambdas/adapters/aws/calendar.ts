import { GetCalendarStateCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Calendar } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';

/** What the calendar takes. */
interface SsmCalendarOptions {
  readonly client?: SSMClient;
  /** Told why there counts as a freeze although no calendar says so. */
  readonly onUnreadable?: (reason: unknown) => void;
}

/**
 * SSM change calendars, by name or ARN. SSM answers OPEN only if all of them are; whatever keeps them from being
 * read, there is a freeze. Without calendars there is none, and nothing is asked.
 */
export const ssmCalendar = (
  names: readonly string[],
  { client = new SSMClient(CONNECTION), onUnreadable }: SsmCalendarOptions = {},
): Calendar => {
  const calendars =
    names.length === 1
      ? `The change calendar ${names.join()} is`
      : `One of the change calendars ${names.join(', ')} is`;
  return {
    freeze: async () => {
      if (names.length === 0) return undefined;
      try {
        const command = new GetCalendarStateCommand({ CalendarNames: [...names] });
        const { State, NextTransitionTime } = await client.send(command);
        if (State === 'OPEN') return undefined;
        return `${calendars} closed${NextTransitionTime === undefined ? '' : ` until ${NextTransitionTime}`}.`;
      } catch (error) {
        onUnreadable?.(error);
        const reason = error instanceof Error ? error.name : 'for an unknown reason';
        return `${calendars} unreadable (${reason}), which counts as closed.`;
      }
    },
  };
};

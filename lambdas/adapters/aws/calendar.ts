import { GetCalendarStateCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Calendar } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';

interface SsmCalendarOptions {
  readonly client?: SSMClient;
  /** Called with the reason when a calendar cannot be read and therefore counts as closed. */
  readonly onUnreadable?: (reason: unknown) => void;
}

/**
 * SSM change calendars, by name or ARN. SSM returns OPEN only if all of them are open. An error while reading them
 * counts as a freeze. Without calendars there is no freeze and no call.
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

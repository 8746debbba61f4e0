import { Journal } from '../../lambdas/kernel/trace/journal.ts';
import { systemClock } from '../../lambdas/adapters/system.ts';
import { startLedger } from '../../local/ledger-server.ts';
import { timed, type Figure } from './figure.ts';

const EVENTS = 400;

/** Events per second that are appended to one incident over a DynamoDB API, one after the other as in a step. */
export const measureLedger = async (unit: number): Promise<Figure[]> => {
  const server = await startLedger();
  try {
    const journal = await Journal.open({ ledger: server.ledger, clock: systemClock }, 'bench', {
      incidentId: 'bench',
      seq: 0,
    });
    const milliseconds = await timed(async () => {
      for (let copy = 0; copy < EVENTS; copy += 1)
        await journal.once('incident.attached', () => ({ data: { eventId: `event-${copy}`, copy } }));
    });
    return [
      {
        name: 'append of one event',
        measured: `${Math.round((EVENTS / milliseconds) * 1000)} a second`,
        relative: milliseconds / EVENTS / unit,
      },
    ];
  } finally {
    await server.stop();
  }
};

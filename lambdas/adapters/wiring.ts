import type { Ids, StepPorts } from '../contracts/ports.ts';
import type { LambdaRuntime } from '../runtime/serve.ts';
import { dynamoLedger } from './aws/ledger.ts';
import { ledgerClient } from './aws/ledger-table.ts';
import { ssmCalendar } from './aws/calendar.ts';
import { ssmSwitch } from './aws/switch.ts';
import { systemClock, systemIds } from './system.ts';

/** Ports that nearly every function uses. */
export const basicPorts = ({ env, rules }: LambdaRuntime): StepPorts & { readonly ids: Ids } => ({
  ledger: dynamoLedger(ledgerClient(), env('ledgerTable'), rules.settings.retentionDays),
  clock: systemClock,
  ids: systemIds,
  rules,
});

/** The kill switch. Logs why it cannot be read, because it then counts as off. */
export const killSwitch = ({ env, logger }: LambdaRuntime) =>
  ssmSwitch(env('switchParameter'), {
    onUnreadable: (reason) => logger.error('The kill switch cannot be read and counts as off.', { reason }),
  });

/** The change calendars of the settings. Logs why they cannot be read, because they then count as closed. */
export const changeCalendar = ({ rules, logger }: LambdaRuntime) =>
  ssmCalendar(rules.settings.changeCalendars, {
    onUnreadable: (reason) => logger.error('The change calendar cannot be read and counts as closed.', { reason }),
  });

import type { Ids, Notifier, StepPorts } from '../contracts/ports.ts';
import { digested, paced } from '../kernel/limits/mail-rate.ts';
import type { LambdaRuntime } from '../runtime/serve.ts';
import { dynamoLedger } from './aws/ledger.ts';
import { ledgerClient } from './aws/ledger-table.ts';
import { ssmCalendar } from './aws/calendar.ts';
import { snsNotifier } from './aws/notifier.ts';
import { ssmSwitch } from './aws/switch.ts';
import { systemClock, systemIds } from './system.ts';

type BasicPorts = StepPorts & { readonly ids: Ids };

/** Ports that nearly every function uses. */
export const basicPorts = ({ env, rules }: LambdaRuntime): BasicPorts => ({
  ledger: dynamoLedger(ledgerClient(), env('ledgerTable'), rules.settings.retentionDays),
  clock: systemClock,
  ids: systemIds,
  rules,
});

interface Notifying {
  readonly notifier: Notifier;
}

/** With a notifier for messages that must not wait: requests (`mail`), or what the page sends (`receipt`). */
export const approvalsPorts = (runtime: LambdaRuntime, family: 'mail' | 'receipt'): BasicPorts & Notifying => {
  const ports = basicPorts(runtime);
  return { ...ports, notifier: paced(snsNotifier(runtime.env('topic')), family, ports) };
};

/** With a notifier for reports on closed incidents. When there are many, most of them come in a digest. */
export const reportsPorts = (runtime: LambdaRuntime): BasicPorts & Notifying => {
  const ports = basicPorts(runtime);
  return { ...ports, notifier: digested(snsNotifier(runtime.env('reportsTopic')), ports) };
};

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

import type { E2eEnvironment } from '../environment.ts';
import { executionNames } from '../incidents.ts';
import type { Mail } from '../mailbox.ts';
import { timedStep } from '../progress.ts';
import { setAlarm, type WorkloadAlarm } from '../workload.ts';

/** Triggers an alarm and waits for the approval message. Returns it with the executions that existed before. */
export const triggerUntilApproval = async (
  { clients, outputs, mailbox }: E2eEnvironment,
  alarm: WorkloadAlarm,
): Promise<{ readonly before: ReadonlySet<string>; readonly mail: Mail }> => {
  const before = await executionNames(clients, outputs);
  const mail = await timedStep('from the alarm to the approval message', async () => {
    await setAlarm(clients, alarm, 'ALARM');
    return mailbox.next('approval', before);
  });
  return { before, mail };
};

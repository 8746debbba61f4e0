import type { ScriptedTurn } from '../../../local/script.ts';
import type { E2eEnvironment } from '../environment.ts';
import { executionNames } from '../incidents.ts';
import type { Mail } from '../mailbox.ts';
import { timedStep } from '../progress.ts';
import { GROUP, setAlarm, type WorkloadAlarm } from '../workload.ts';

/** The model proposes one more instance for the group, and confirms the plan. */
export const GROW_GROUP: readonly ScriptedTurn[] = [
  {
    content: [
      {
        type: 'tool_use',
        name: 'set_auto_scaling_capacity',
        input: { group: GROUP, desired: 3, why: 'The whole group is busy (E2); one more spreads the load.' },
      },
    ],
  },
  { content: [{ type: 'tool_use', name: 'confirm_plan', input: { plan: '${plan}' } }] },
];

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

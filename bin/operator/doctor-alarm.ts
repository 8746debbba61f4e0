import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeExecutionCommand, ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { doctorReason, type DoctorRun } from '../../lambdas/contracts/doctor-run.ts';
import { parseJson } from '../../lambdas/contracts/json.ts';
import { messageIn } from './doctor-cause.ts';
import type { DryIncident, MissingPermission } from './doctor-finding.ts';

/** CloudWatch and EventBridge take seconds; Decide waits half a minute for a model; cold starts and retries come on top. */
const MAX_WAIT_SECONDS = 120;
const CAME_BY_SECONDS = 60;
/** So many of the newest executions are looked at, once each. */
const NEWEST = 100;

/** Raises the alarm, finds the execution by the run's id in its input, and waits for its end. Lowers the alarm again. */
export const raiseAlarm = async (
  sfn: SFNClient,
  alarm: string,
  flowArn: string,
  run: DoctorRun,
  cloudWatch = new CloudWatchClient({}),
): Promise<DryIncident | MissingPermission> => {
  const set = (StateValue: 'ALARM' | 'OK', StateReason: string) =>
    cloudWatch.send(new SetAlarmStateCommand({ AlarmName: alarm, StateValue, StateReason }));
  const list = () => sfn.send(new ListExecutionsCommand({ stateMachineArn: flowArn, maxResults: NEWEST }));
  const since = await permitted('states:ListExecutions', list);
  if ('mayNot' in since) return since;
  // Only a change of state is an event, and an earlier run may have ended half-way.
  const lowered = await permitted('cloudwatch:SetAlarmState', () => set('OK', 'checkrein doctor begins.'));
  if ('mayNot' in lowered) return lowered;
  await set('ALARM', doctorReason(run));
  try {
    const known = new Set((since.executions ?? []).map(({ executionArn }) => executionArn));
    return await endOf(sfn, async () => (await list()).executions?.map((one) => one.executionArn) ?? [], known, run);
  } finally {
    // CloudWatch itself lowers it within a minute too.
    await set('OK', 'checkrein doctor ends.').catch(() => undefined);
  }
};

const permitted = async <T extends object>(action: string, call: () => Promise<T>): Promise<T | MissingPermission> => {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && /^AccessDenied/.test(error.name)) return { mayNot: action };
    throw error;
  }
};

const Output = z.object({ incidentId: z.string() });

/**
 * The end of the execution that took the run. The rule of an agent may match the alarm too: then there is a second
 * execution, which joins the first, and whose output names another incident than its own.
 */
const endOf = async (
  sfn: SFNClient,
  list: () => Promise<readonly (string | undefined)[]>,
  known: Set<string | undefined>,
  { run }: DoctorRun,
): Promise<DryIncident> => {
  const ours = new Set<string>();
  for (let seconds = 0; seconds < MAX_WAIT_SECONDS; seconds += 1) {
    for (const executionArn of await list()) {
      if (executionArn === undefined || known.has(executionArn)) continue;
      known.add(executionArn);
      const { input } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (input?.includes(run) === true) ours.add(executionArn);
    }
    for (const executionArn of ours) {
      const {
        name = '',
        status = 'UNKNOWN',
        cause,
        output,
      } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (status === 'RUNNING') continue;
      if (status !== 'SUCCEEDED') return { incident: name, status, ...(cause && { reason: messageIn(cause) }) };
      if (Output.safeParse(parseJson(output ?? '')).data?.incidentId === name) return { incident: name, status };
    }
    if (ours.size === 0 && seconds >= CAME_BY_SECONDS) return { incident: '', status: 'NOT STARTED' };
    await pause(1000);
  }
  return { incident: run, status: `RUNNING after ${String(MAX_WAIT_SECONDS)} s` };
};

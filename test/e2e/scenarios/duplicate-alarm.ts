import assert from 'node:assert/strict';
import { allOf, lastOf } from '../../../lambdas/kernel/trace/queries.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import { executionNames, untilAllSucceeded, untilOthersJoined, verifiedTrace } from '../incidents.ts';
import { timedStep } from '../progress.ts';
import type { E2eEnvironment } from '../environment.ts';
import { GROUP, setAlarm } from '../workload.ts';
import { callTool } from './model-turns.ts';

const SCRIPT: ScriptedTurn[] = [
  callTool('describe_auto_scaling_group', { group: GROUP }),
  callTool('conclude', {
    summary: 'The group was busy for an hour. Nothing was changed.',
    rootCause: 'Load that somebody publishes; who, is unknown.',
    confidence: 'medium',
    claims: [{ text: 'The group wants two instances.', evidence: ['${evidence}'] }],
  }),
];

/** Two events, each of which two agents take. */
const EXECUTIONS = 4;

/** A flapping alarm fires twice within moments: one investigation, and the copy is attached to it. */
export const duplicateAlarm = async ({ claude, clients, outputs, workload }: E2eEnvironment): Promise<void> => {
  // On a busy machine, the investigation could be over before the second alarm arrives, which then is an incident of its own.
  const joined = Promise.withResolvers<'joined'>();
  claude.plays(SCRIPT, joined.promise);
  const before = await executionNames(clients, outputs);
  const requestsBefore = claude.requests.length;
  const executions = await timedStep('the alarm fires twice; investigated, closed', async () => {
    for (const state of ['ALARM', 'OK', 'ALARM'] as const) await setAlarm(clients, workload.groupAlarm, state);
    await untilOthersJoined(clients, outputs, before, EXECUTIONS);
    joined.resolve('joined');
    return untilAllSucceeded(clients, outputs, before);
  });
  assert.equal(new Set(executions.map(({ eventId }) => eventId)).size, 2, 'two alarm events');
  const [opened, ...others] = executions.filter(({ name, incidentId }) => incidentId === name);
  assert.deepEqual(others, [], 'one incident');
  assert.deepEqual(
    [...new Set(executions.map(({ incidentId }) => incidentId))],
    [opened?.name],
    'every execution, of either event, returns that incident',
  );
  assert.equal(claude.requests.length - requestsBefore, SCRIPT.length, 'one investigation');

  const trace = await verifiedTrace(clients, outputs, opened?.name ?? '');
  // A copy that arrives while the incident is being opened has no line of its own, but it is counted.
  assert.ok(allOf(trace, 'incident.attached').length <= 1, 'a copy has at most one line');
  const closed = lastOf(trace, 'incident.closed')?.data;
  assert.deepEqual([closed?.outcome, closed?.copies], ['diagnosed', 1]);
  await setAlarm(clients, workload.groupAlarm, 'OK');
};

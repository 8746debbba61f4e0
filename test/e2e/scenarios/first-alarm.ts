import assert from 'node:assert/strict';
import { allOf, lastOf, openingOf } from '../../../lambdas/kernel/trace/queries.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import { executionNames, untilAllSucceeded, verifiedTrace } from '../incidents.ts';
import { timedStep } from '../progress.ts';
import type { E2eEnvironment } from '../environment.ts';
import { callTool } from './model-turns.ts';

const SCRIPT: ScriptedTurn[] = [
  callTool('list_event_sources', { function: 'checkrein-first-test-worker' }),
  callTool('conclude', {
    summary: 'The alarm is on a queue that does not exist, and somebody set its state by hand.',
    rootCause: 'A test.',
    confidence: 'high',
    claims: [{ text: 'Nothing works the queue off.', evidence: ['${evidence}'] }],
  }),
];

/**
 * The first test alarm of docs/deploy.md: the agent of the app investigates it with the tool of the app, and the closing message
 * arrives.
 */
export const firstAlarm = async ({ guide, claude, clients, outputs, mailbox }: E2eEnvironment): Promise<void> => {
  claude.plays(SCRIPT);
  const before = await executionNames(clients, outputs);
  await guide.runNext('aws cloudwatch put-metric-alarm');
  const mail = await timedStep('from the alarm to the closing message', () => mailbox.next('closed', before));
  await untilAllSucceeded(clients, outputs, before);
  const listed = await guide.runNext('npx checkrein incidents');
  assert.match(listed, new RegExp(`UTC  diagnosed +queue-triage +checkrein-first-test\\n  ${mail.incident}$`, 'm'));
  const trace = await verifiedTrace(clients, outputs, mail.incident);
  assert.equal(openingOf(trace).data.agent, 'queue-triage');
  const own = allOf(trace, 'evidence.gathered').find(({ data }) => data.tool === 'list_event_sources');
  assert.match(own?.data.text ?? 'the own tool was not called', /^checkrein-first-test-worker has 0 event sources/);
  assert.equal(lastOf(trace, 'incident.closed')?.data.outcome, 'diagnosed');
  await guide.runNext('aws cloudwatch delete-alarms');
};

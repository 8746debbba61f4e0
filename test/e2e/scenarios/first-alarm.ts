import assert from 'node:assert/strict';
import { openingOf, lastOf } from '../../../lambdas/kernel/trace/queries.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import { executionNames, untilAllSucceeded, verifiedTrace } from '../incidents.ts';
import { timedStep } from '../progress.ts';
import type { E2eEnvironment } from '../environment.ts';
import { callTool } from './model-turns.ts';

const SCRIPT: ScriptedTurn[] = [
  callTool('conclude', {
    summary: 'The alarm is on a metric that does not exist, and somebody set its state by hand.',
    rootCause: 'A test.',
    confidence: 'high',
    claims: [{ text: 'Its metric has no data.', evidence: ['E1'] }],
  }),
];

/** The first test alarm of docs/deploy.md: an agent without change tools investigates it, and the closing message arrives. */
export const firstAlarm = async ({ guide, claude, clients, outputs, mailbox }: E2eEnvironment): Promise<void> => {
  claude.plays(SCRIPT);
  const before = await executionNames(clients, outputs);
  await guide.runNext('aws cloudwatch put-metric-alarm');
  const mail = await timedStep('from the alarm to the closing message', () => mailbox.next('closed', before));
  await untilAllSucceeded(clients, outputs, before);
  const listed = await guide.runNext('npx checkrein incidents');
  assert.match(listed, new RegExp(`UTC  diagnosed +triage +checkrein-first-test\\n  ${mail.incident}$`, 'm'));
  const trace = await verifiedTrace(clients, outputs, mail.incident);
  assert.equal(openingOf(trace).data.agent, 'triage');
  assert.equal(lastOf(trace, 'incident.closed')?.data.outcome, 'diagnosed');
  await guide.runNext('aws cloudwatch delete-alarms');
};

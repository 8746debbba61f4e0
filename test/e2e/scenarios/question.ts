import assert from 'node:assert/strict';
import * as z from 'zod';
import { openingOf } from '../../../lambdas/kernel/trace/queries.ts';
import { subjectOn } from '../../../lambdas/kernel/trace/subject.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import { checkreinCommand } from '../cli.ts';
import type { E2eEnvironment } from '../environment.ts';
import { verifiedTrace } from '../incidents.ts';
import { timedStep } from '../progress.ts';
import { GROUP } from '../workload.ts';
import { callTool } from './model-turns.ts';

const SCRIPT: ScriptedTurn[] = [
  callTool('describe_auto_scaling_group', { group: GROUP }),
  callTool('conclude', {
    summary: 'The group has what it asks for.',
    rootCause: 'Nothing is wrong.',
    confidence: 'medium',
    claims: [{ text: 'The group has its instances.', evidence: ['${evidence}'] }],
  }),
];

const QUESTION = 'Is the group large enough?';
const Asked = z.object({ incident: z.string(), agent: z.string(), askedBy: z.string(), outcome: z.string() });

/** A person asks a question by the command line, and waits for the answer of a read-only agent. */
export const question = async ({ claude, clients, emulators, outputs }: E2eEnvironment): Promise<void> => {
  claude.plays(SCRIPT);
  const { code, out } = await timedStep('from the question to its report', () =>
    checkreinCommand(emulators, ['ask', QUESTION, '--wait', '--json']),
  );
  assert.equal(code, 0, out);
  const { incident, agent, askedBy, outcome } = Asked.parse(JSON.parse(out));
  assert.deepEqual([agent, outcome], ['questions', 'diagnosed']);
  const trace = await verifiedTrace(clients, outputs, incident);
  assert.equal(openingOf(trace).data.triggeredBy, askedBy);
  assert.equal(subjectOn(trace).title, QUESTION);
};

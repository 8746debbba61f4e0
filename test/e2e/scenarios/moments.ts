import assert from 'node:assert/strict';
import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { EVENT_SOURCE } from '../../../lambdas/contracts/approval-waiting.ts';
import { Moment } from '../../../lambdas/contracts/moment.ts';
import { momentsOf } from '../../../lambdas/kernel/trace/moment.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import type { Clients } from '../clients.ts';
import type { E2eEnvironment } from '../environment.ts';
import { executionNames, untilAllSucceeded, verifiedTrace } from '../incidents.ts';
import { NOTIFIER_TOPICS } from '../notifiers.ts';
import { ACCOUNT, REGION } from '../paths.ts';
import { pollUntil, timedStep } from '../progress.ts';
import { openTopics, type Topics } from '../topics.ts';
import { GROUP, setAlarm } from '../workload.ts';
import { callTool } from './model-turns.ts';

const SCRIPT: ScriptedTurn[] = [
  callTool('describe_auto_scaling_group', { group: GROUP }),
  callTool('conclude', {
    summary: 'The group was busy. Nothing was changed.',
    rootCause: 'Unknown.',
    confidence: 'low',
    claims: [{ text: 'The group wants two instances.', evidence: ['${evidence}'] }],
  }),
];

const RULE = 'e2e-moments';

/** A rule that somebody else wrote hears of an incident what its trace says, from the stream of the ledger. */
export const moments = async (environment: E2eEnvironment): Promise<void> => {
  const { claude, clients, outputs, workload, notified } = environment;
  const heard = await listen(clients);
  try {
    claude.plays(SCRIPT);
    const before = await executionNames(clients, outputs);
    // Two rules match the alarm, so there are two executions. One of them is the incident.
    const executions = await timedStep('an alarm fires; investigated, closed', async () => {
      await setAlarm(clients, workload.groupAlarm, 'ALARM');
      return untilAllSucceeded(clients, outputs, before);
    });
    const names = new Set(executions.map(({ name }) => name));
    const told = await timedStep('its moments are on the bus', () =>
      pollUntil('the moment incident.closed', async () => {
        const own = heard.moments().filter((moment) => names.has(moment.incidentId));
        return own.some(({ moment }) => moment === 'incident.closed') ? own : undefined;
      }),
    );
    const incidentId = told[0]?.incidentId ?? '';
    const expected = momentsOf(await verifiedTrace(clients, outputs, incidentId), 'https://example.com');
    const once = new Map(told.map((moment) => [moment.id, moment]));
    assert.deepEqual(
      [...once.values()].toSorted((one, other) => one.seq - other.seq),
      expected,
      'each moment of the trace, and no other',
    );
    await timedStep('two notifiers have told them', () => assertNotified(notified, expected));
    await setAlarm(clients, workload.groupAlarm, 'OK');
  } finally {
    await heard.stop();
  }
};

/** What a channel of Amazon Q Developer shows. */
const Shown = z.object({
  version: z.literal('1.0'),
  source: z.literal('custom'),
  content: z.object({ title: z.string(), description: z.string() }),
  metadata: z.object({ threadId: z.string() }),
});

/** The topic gets every moment as it is; the chat the first and the last in words, in one thread. */
const assertNotified = async (notified: Topics, expected: readonly Moment[]): Promise<void> => {
  const [incidentId = ''] = expected.map((moment) => moment.incidentId);
  const told = await pollUntil('the last moment, from both notifiers', async () => {
    const plain = notified.on(NOTIFIER_TOPICS.topic).flatMap((message) => Moment.safeParse(message).data ?? []);
    const own = plain.filter((moment) => moment.incidentId === incidentId);
    const shown = notified.on(NOTIFIER_TOPICS.chat).map((message) => Shown.parse(message));
    const thread = shown.filter(({ metadata }) => metadata.threadId === incidentId);
    const last = thread.some(({ content }) => /closed/i.test(content.title));
    return own.length >= expected.length && last ? { own, thread } : undefined;
  });
  const once = new Map(told.own.map((moment) => [moment.id, moment]));
  assert.deepEqual(
    [...once.values()].toSorted((one, other) => one.seq - other.seq),
    expected,
    'the topic has each moment of the trace',
  );
  assert.match(told.thread[0]?.content.title ?? '', /opened/i, 'the chat says first that the incident opened');
};

const BusEvent = z.object({ detail: z.unknown() });

/** A rule of somebody else on the bus, with a topic. */
const listen = async (clients: Clients) => {
  const topics = await openTopics(clients, [RULE]);
  const EventPattern = JSON.stringify({ source: [EVENT_SOURCE] });
  await clients.eventBridge.send(new PutRuleCommand({ Name: RULE, EventPattern }));
  const Arn = `arn:aws:sns:${REGION}:${ACCOUNT}:${RULE}`;
  await clients.eventBridge.send(new PutTargetsCommand({ Rule: RULE, Targets: [{ Id: 'topic', Arn }] }));
  return {
    moments: () => topics.on(RULE).flatMap((event) => Moment.safeParse(BusEvent.parse(event).detail).data ?? []),
    stop: async () => {
      await clients.eventBridge.send(new RemoveTargetsCommand({ Rule: RULE, Ids: ['topic'] }));
      await clients.eventBridge.send(new DeleteRuleCommand({ Name: RULE }));
      await topics.stop();
    },
  };
};

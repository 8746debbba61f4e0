import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { ConfirmSubscriptionCommand, CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { EVENT_SOURCE } from '../../../lambdas/contracts/approval-waiting.ts';
import { Moment } from '../../../lambdas/contracts/moment.ts';
import { momentsOf } from '../../../lambdas/kernel/trace/moment.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import type { Clients } from '../clients.ts';
import type { E2eEnvironment } from '../environment.ts';
import { executionNames, untilAllSucceeded, verifiedTrace } from '../incidents.ts';
import { pollUntil, timedStep } from '../progress.ts';
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
export const moments = async ({ claude, clients, outputs, workload }: E2eEnvironment): Promise<void> => {
  const heard = await listen(clients);
  try {
    claude.plays(SCRIPT);
    const before = await executionNames(clients, outputs);
    const [execution] = await timedStep('an alarm fires; investigated, closed', async () => {
      await setAlarm(clients, workload.groupAlarm, 'ALARM');
      return untilAllSucceeded(clients, outputs, before);
    });
    const incidentId = execution?.name ?? '';
    const told = await timedStep('its moments are on the bus', () =>
      pollUntil('the moment incident.closed', async () => {
        const own = heard.moments.filter((moment) => moment.incidentId === incidentId);
        return own.some(({ moment }) => moment === 'incident.closed') ? own : undefined;
      }),
    );
    const expected = momentsOf(await verifiedTrace(clients, outputs, incidentId), 'https://example.com');
    const once = new Map(told.map((moment) => [moment.id, moment]));
    assert.deepEqual(
      [...once.values()].toSorted((one, other) => one.seq - other.seq),
      expected,
      'each moment of the trace, and no other',
    );
    await setAlarm(clients, workload.groupAlarm, 'OK');
  } finally {
    await heard.stop();
  }
};

const Confirmation = z.object({ Type: z.literal('SubscriptionConfirmation'), TopicArn: z.string(), Token: z.string() });
const Notification = z.object({ Type: z.literal('Notification'), Message: z.string() });
const BusEvent = z.object({ detail: z.unknown() });

/** A rule on the bus with a topic, of which an HTTP endpoint is subscribed. */
const listen = async (clients: Clients) => {
  const moments: Moment[] = [];
  const server = createServer((request, response) => {
    void json(request).then(async (body) => {
      response.end();
      const message = z.union([Confirmation, Notification]).parse(body);
      if (message.Type === 'SubscriptionConfirmation')
        await clients.sns.send(new ConfirmSubscriptionCommand({ TopicArn: message.TopicArn, Token: message.Token }));
      else {
        const { data } = Moment.safeParse(BusEvent.parse(JSON.parse(message.Message)).detail);
        if (data !== undefined) moments.push(data);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const { TopicArn = '' } = await clients.sns.send(new CreateTopicCommand({ Name: RULE }));
  await clients.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: `http://127.0.0.1:${port}/` }));
  const EventPattern = JSON.stringify({ source: [EVENT_SOURCE] });
  await clients.eventBridge.send(new PutRuleCommand({ Name: RULE, EventPattern }));
  await clients.eventBridge.send(new PutTargetsCommand({ Rule: RULE, Targets: [{ Id: 'topic', Arn: TopicArn }] }));
  return {
    moments,
    stop: async () => {
      await clients.eventBridge.send(new RemoveTargetsCommand({ Rule: RULE, Ids: ['topic'] }));
      await clients.eventBridge.send(new DeleteRuleCommand({ Name: RULE }));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

import type { Json } from '../../lambdas/contracts/json.ts';
import type { BusEvent } from '../../lambdas/contracts/alarm.ts';
import type { Model } from '../../lambdas/contracts/ports.ts';
import { World } from '../../local/account/world/world.ts';
import { parseScript, type ScriptedTurn } from '../../local/script.ts';
import { scriptedModel } from '../../local/scripted-model.ts';
import { longTailed, type Random } from './random.ts';

/** One resource under one alarm. It becomes one incident. */
export interface LoadTarget {
  readonly alarm: string;
  readonly instanceId: string;
}

/** The target with this index. Every `alarms`-th target shares an alarm; each has its own resource. */
export const loadTarget = (index: number, alarms: number): LoadTarget => ({
  alarm: `cpu-high-${index % alarms}`,
  instanceId: `i-${index.toString(16).padStart(17, '0')}`,
});

/** Faults in the AWS calls of every twentieth target: throttled until the SDK gives up, or just once. */
const faultsAt = (index: number): Json[] => {
  switch (index % 20) {
    case 5:
      return [{ command: 'cloudwatch:GetMetricData', throttle: true, times: 4 }];
    case 10:
      return [{ command: 'ec2:StopInstances', throttle: true, times: 1 }];
    default:
      return [];
  }
};

/**
 * The account of one target: a server that has become too small, and its alarm. Each has an account of its own: in one
 * account, a thousand alarms on one metric would be a storm.
 */
export const loadWorld = ({ alarm, instanceId }: LoadTarget, index: number, faults: boolean): World =>
  World.parse({
    about: 'A server that has become too small.',
    account: String(200_000_000_000 + index),
    now: '2026-11-20T09:26:20Z',
    instances: [
      {
        id: instanceId,
        type: 't3.small',
        zone: 'eu-west-1a',
        tags: { environment: 'production', service: `service-${index}` },
        demand: { vcpus: { '-14d': 0.9, '-210s': 2.9 }, memoryGiB: 1.2 },
      },
    ],
    alarms: [
      {
        name: alarm,
        description: 'CPU is high for three minutes.',
        metric: { namespace: 'AWS/EC2', name: 'CPUUtilization', dimensions: { InstanceId: instanceId } },
        threshold: 85,
      },
    ],
    faults: faults ? faultsAt(index) : [],
  });

/** An alarm's event under this event id: the id decides whether it is a redelivery or a new event. */
export const eventWithId = (event: BusEvent, id: string): Json => ({ ...event, id, detail: event.detail });

/** Observe, propose, confirm, conclude: the longest usual course of an incident. */
const turnsFor = ({ instanceId }: LoadTarget): Json[] => [
  [
    { type: 'text', text: 'CPU went from 45 % to 97 %. Two questions: since when, and is memory short too?' },
    {
      type: 'tool_use',
      name: 'get_metrics',
      input: {
        namespace: 'AWS/EC2',
        metric: 'CPUUtilization',
        dimensions: { InstanceId: instanceId },
        minutes: 60,
      },
    },
    { type: 'tool_use', name: 'describe_instances', input: { instanceIds: [instanceId] } },
  ],
  [
    { type: 'text', text: 'CPU is used up. Four vCPUs are the next step up.' },
    {
      type: 'tool_use',
      name: 'resize_instance',
      input: { instanceId, instanceType: 'c6i.xlarge', why: 'CPU is used up (E2), and two vCPUs are all it has (E3).' },
    },
  ],
  [
    { type: 'text', text: 'The report says what I meant.' },
    { type: 'tool_use', name: 'confirm_plan', input: { plan: '${plan}' } },
  ],
  [
    {
      type: 'tool_use',
      name: 'conclude',
      input: {
        summary: 'The server had too little CPU. After approval it was resized, and the alarm is OK.',
        rootCause: 'Demand grew beyond two vCPUs.',
        confidence: 'high',
        claims: [{ text: 'CPU was used up.', evidence: ['E1', 'E5'] }],
        plans: [{ plan: '${plan}', applied: true }],
        followUps: [],
      },
    },
  ],
];

/** When the alarm fires again after its cause was fixed, the model says so and changes nothing. */
const recurrenceTurns = (): Json[] => [
  [
    {
      type: 'tool_use',
      name: 'conclude',
      input: {
        summary: 'The alarm fired again and nothing needs to be done.',
        rootCause: 'The load rose for a moment.',
        confidence: 'medium',
        claims: [{ text: 'The alarm fired.', evidence: ['E1'] }],
        followUps: [],
      },
    },
  ],
];

/** The script for a target. With faults, every twentieth model is unavailable before its second turn. */
export const scriptFor = (target: LoadTarget, index: number, faults: boolean): readonly ScriptedTurn[] => {
  const [first, ...rest] = turnsFor(target);
  const outage: Json[] = faults && index % 20 === 0 ? [{ fail: 'unavailable' }] : [];
  return parseScript([first, ...outage, ...rest], 'load');
};

/** The script for an alarm that fires again. */
export const recurrenceScript = (): readonly ScriptedTurn[] => parseScript(recurrenceTurns(), 'load');

/** A scripted model that answers after a realistic delay. */
export const slowModel = (script: readonly ScriptedTurn[], medianMs: number, random: Random): Model => {
  const model = scriptedModel(script);
  return {
    decide: async (request) => {
      await new Promise((resolve) => setTimeout(resolve, longTailed(medianMs, random)));
      return model.decide(request);
    },
  };
};

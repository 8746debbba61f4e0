import * as z from 'zod';
import type { BusEvent } from '../../../contracts/alarm.ts';
import { consolePage } from './console-page.ts';
import { eventType } from './event-type.ts';

const SOURCE = 'aws.ecs';

const Task = z.looseObject({
  taskArn: z.string().min(1),
  clusterArn: z.string().default(''),
  group: z.string().optional(),
  lastStatus: z.string().default('changed'),
  stopCode: z.string().optional(),
  stoppedReason: z.string().optional(),
  containers: z
    .array(
      z.looseObject({ name: z.string().default(''), exitCode: z.number().optional(), reason: z.string().optional() }),
    )
    .default([]),
});

const lastPart = (arn: string): string => arn.split('/').at(-1) ?? arn;

/** A task that changed its state. Later states of one task are the same subject. */
export const ECS_TASK = eventType(SOURCE, ['ECS Task State Change'], Task, (task, { region }) => {
  const ended = task.containers
    .filter(({ exitCode, reason }) => (exitCode !== undefined && exitCode !== 0) || reason !== undefined)
    .map(({ name, exitCode, reason }) => `${name}: exit code ${exitCode ?? 'unknown'}${reason ? `, ${reason}` : ''}`);
  return {
    title: `${task.group ?? lastPart(task.taskArn)}: task ${task.lastStatus}`,
    cause: [task.stopCode, task.stoppedReason, ...ended].filter((text) => text !== undefined && text !== '').join('\n'),
    link: consolePage(
      region,
    )`ecs/v2/clusters/${lastPart(task.clusterArn)}/tasks/${lastPart(task.taskArn)}/configuration?region=${region}`,
    key: ['task', task.taskArn],
  };
});

/** The page of a service, if its ARN has the cluster in it: `…:service/cluster/service`. */
const servicePage = ({ region, resources }: BusEvent): string | null => {
  const [, cluster, service] = /:service\/([^/]+)\/([^/]+)$/.exec(resources[0] ?? '') ?? [];
  return consolePage(region)`ecs/v2/clusters/${cluster}/services/${service}/health?region=${region}`;
};

/** A deployment of a service. Its later states are the same subject. */
export const ECS_DEPLOYMENT = eventType(
  SOURCE,
  ['ECS Deployment State Change'],
  z.looseObject({ eventName: z.string(), deploymentId: z.string().min(1), reason: z.string().default('') }),
  ({ eventName, deploymentId, reason }, event) => ({
    title: `${lastPart(event.resources[0] ?? deploymentId)}: ${eventName}`,
    cause: reason,
    link: servicePage(event),
    key: ['deployment', event.resources, deploymentId],
  }),
);

/** What the scheduler says about a service: the same thing said again about the same service is one subject. */
export const ECS_SERVICE = eventType(
  SOURCE,
  ['ECS Service Action'],
  z.looseObject({ eventName: z.string(), clusterArn: z.string().optional(), reason: z.string().default('') }),
  ({ eventName, clusterArn, reason }, event) => ({
    title: `${lastPart(event.resources[0] ?? clusterArn ?? 'a service')}: ${eventName}`,
    cause: reason,
    link: servicePage(event),
    key: ['service', event.resources, clusterArn ?? '', eventName],
  }),
);

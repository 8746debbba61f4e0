import type { BusEvent } from '../../../contracts/alarm.ts';
import { AUTO_SCALING_ACTIVITY, AUTO_SCALING_FAILURE } from './auto-scaling.ts';
import { cloudTrail } from './cloudtrail.ts';
import { CODEBUILD } from './codebuild.ts';
import { CODEPIPELINE } from './codepipeline.ts';
import { COST_ANOMALY } from './cost-anomaly.ts';
import { ECS_DEPLOYMENT, ECS_SERVICE, ECS_TASK } from './ecs.ts';
import type { EventReading, EventType } from './event-type.ts';
import { GUARDDUTY } from './guardduty.ts';
import { HEALTH } from './health.ts';
import { RDS } from './rds.ts';
import { SCHEDULED_RULE, SCHEDULER } from './scheduled.ts';
import { SECURITY_HUB } from './security-hub.ts';
import { SPOT } from './spot.ts';

/** The event types of AWS that Open reads. Any other event has its type as title, and a key of its resources or its detail. */
const EVENT_TYPES: readonly EventType[] = [
  AUTO_SCALING_ACTIVITY,
  AUTO_SCALING_FAILURE,
  CODEBUILD,
  CODEPIPELINE,
  COST_ANOMALY,
  ECS_DEPLOYMENT,
  ECS_SERVICE,
  ECS_TASK,
  GUARDDUTY,
  HEALTH,
  ...RDS,
  SCHEDULED_RULE,
  SCHEDULER,
  SECURITY_HUB,
  SPOT,
];

/** What an event of a known type says; undefined for any other, and for one that is not of the documented form. */
export const readAwsEvent = (event: BusEvent): EventReading | undefined =>
  [...EVENT_TYPES, cloudTrail(event.source)]
    .find(({ source, types }) => source === event.source && types.includes(event['detail-type']))
    ?.read(event);

import * as z from 'zod';
import { CatalogueType } from '../catalogue.ts';
import { Answer } from './answers.ts';
import { BOUNDS } from './bounds.ts';
import { crossCheck } from './cross-check.ts';
import { Delivery } from './deliveries.ts';
import { Fault } from './faults.ts';
import { ClusterWorld } from '../../cluster/world/cluster.ts';
import { Metric } from './metric.ts';
import { WorldAlarm, LogGroup, TrailEvent } from './monitoring.ts';
import type { Manifest } from '../../../lambdas/contracts/tool.ts';
import { serviceProblems } from './services.ts';
import { Offset, TimeSeries } from './time.ts';

const Demand = z
  .strictObject({
    vcpus: TimeSeries.default(0).describe('Work that arrives, in vCPUs kept busy.'),
    memoryGiB: TimeSeries.default(0).describe('Memory in use.'),
    afterRestart: z
      .strictObject({ vcpus: TimeSeries.optional(), memoryGiB: TimeSeries.optional() })
      .optional()
      .describe('Demand after a restart of the instance, e.g. after a leak or a hung process.'),
  })
  .prefault({});
export type Demand = z.infer<typeof Demand>;

const Check = z.enum(['ok', 'impaired']).default('ok');

/** An EC2 instance. Those of a group are made from the group; list one only to give it details. */
export const WorldInstance = z.strictObject({
  id: z.string().regex(/^i-[0-9a-f]{17}$/, 'an instance id such as i-0a1b2c3d4e5f60718'),
  type: z.string(),
  zone: z.string(),
  state: z.enum(['running', 'stopped']).default('running'),
  tags: z.record(z.string(), z.string()).default({}),
  memberOf: z.string().optional().describe('Name of its Auto Scaling group.'),
  launched: Offset.default('-30d'),
  statusChecks: z.strictObject({ system: Check, instance: Check }).prefault({}),
  demand: Demand,
});
export type WorldInstance = z.infer<typeof WorldInstance>;

/** An Auto Scaling group. Its demand is spread over the instances in service. */
const Group = z.strictObject({
  name: z.string().min(1),
  min: z.int().nonnegative().max(BOUNDS.groupSize),
  max: z.int().nonnegative().max(BOUNDS.groupSize),
  desired: z.int().nonnegative().max(BOUNDS.groupSize),
  instanceType: z.string(),
  zones: z.array(z.string()).min(1),
  tags: z.record(z.string(), z.string()).default({}),
  cooldownSeconds: z.int().nonnegative().max(BOUNDS.cooldownSeconds).default(300),
  demand: Demand,
});

/** A world file: an AWS account at the start of an incident, and what will happen in it. */
export const World = z
  .strictObject({
    about: z.string().min(1).describe('The incident in a sentence or two.'),
    account: z
      .string()
      .regex(/^\d{12}$/, 'a 12-digit account id')
      .default('123456789012'),
    hub: z
      .string()
      .regex(/^\d{12}$/, 'a 12-digit account id')
      .optional()
      .describe('The account that Checkrein is in, if this one is a member of it. Default: this account.'),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a Region such as eu-west-1')
      .default('eu-west-1'),
    now: z.iso.datetime({ error: 'a UTC time such as 2026-11-20T09:26:00Z' }),
    instanceTypes: z.record(z.string(), CatalogueType).default({}).describe('Types in addition to the built-in ones.'),
    instances: z.array(WorldInstance).max(BOUNDS.listed).default([]),
    groups: z.array(Group).max(BOUNDS.listed).default([]),
    metrics: z.array(Metric).max(BOUNDS.listed).default([]),
    alarms: z.array(WorldAlarm).max(BOUNDS.listed).default([]),
    logs: z.array(LogGroup).max(BOUNDS.listed).default([]),
    cloudtrail: z.array(TrailEvent).max(BOUNDS.lines).default([]),
    noCapacity: z
      .array(z.strictObject({ type: z.string(), zone: z.string() }))
      .default([])
      .describe('Instance types that an Availability Zone has run out of.'),
    freezes: z
      .array(z.strictObject({ from: Offset, until: Offset, name: z.string().min(1) }))
      .default([])
      .describe('When the change calendar is closed, and its name.'),
    events: z.array(Delivery).max(BOUNDS.listed).default([]),
    answers: z
      .array(Answer)
      .max(BOUNDS.answers)
      .default([])
      .describe('Answers of AWS to calls, the first fitting one, before those of the simulator.'),
    faults: z.array(Fault).max(BOUNDS.listed).default([]),
    cluster: ClusterWorld.optional(),
  })
  .superRefine((world, context) => {
    for (const { path, message } of crossCheck(world)) context.addIssue({ code: 'custom', path: [...path], message });
  });
export type World = z.infer<typeof World> & {
  /** The file that it was read from. */
  readonly file?: string;
};

/** A world that names only services which these tools, or a step itself, may call. */
export const worldFor = (manifests: readonly Manifest[]): typeof World =>
  World.superRefine((world, context) => {
    for (const { path, message } of serviceProblems(world, manifests))
      context.addIssue({ code: 'custom', path: [...path], message });
  });

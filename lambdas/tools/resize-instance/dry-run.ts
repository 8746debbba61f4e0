import * as z from 'zod';
import type { DryRunCheck } from '../../contracts/plan.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { callAws } from '../aws/call-aws.ts';
import { readInstance, type Ec2Instance } from '../aws/ec2-instance.ts';
import { protectionCheck } from '../aws/instance-protection.ts';
import { isOffered, readInstanceType, type InstanceType } from '../aws/instance-types.ts';
import { ec2DryRun } from '../aws/native-dry-run.ts';
import { costDelta, instancePriceOf, type InstancePrice } from '../aws/prices.ts';
import type { Change, ChangeContext, DryRunFindings } from '../tool.ts';
import { assertCompatible } from './compatibility.ts';
import { dimensionsOf } from './dimensions.ts';
import { lossesOf } from './losses.ts';

/** Stop about 60 s, start about 60 s, boot and services about 60 s. */
export const DOWNTIME_SECONDS = 180;

type ResizeChange = Change<{ instanceId: string }, { instanceType: string; state: string }>;

/** Dry-runs each of the three calls, and reads what EC2's dry run does not check. */
export const dryRunResize = async (
  { input, before, after }: ResizeChange,
  context: ChangeContext,
): Promise<DryRunFindings> => {
  const { cloud, change } = context;
  const instance = await readInstance(cloud, input.instanceId);
  const [from, to] = [
    await readInstanceType(cloud, before.instanceType),
    await readInstanceType(cloud, after.instanceType),
  ];
  assertCompatible(instance, to);
  const one = { InstanceIds: [instance.id] };
  return {
    checks: [
      stateCheck(instance, before.state),
      await protectionCheck(cloud, instance.id, 'stop'),
      await offeringCheck(cloud, instance, to),
      await ec2DryRun(change, 'StopInstances', one, 'first'),
      await ec2DryRun(change, 'ModifyInstanceAttribute', { InstanceId: instance.id, InstanceType: { Value: to.name } }),
      await ec2DryRun(change, 'StartInstances', one),
      await encryptionCheck(cloud, instance),
      ...memoryCheck(from, to),
      ...capacityCheck(from, to),
    ],
    cost: await costOf(cloud, instance, from, to),
    disruption: { level: 'interrupts', says: disruptionOf(instance, from) },
  };
};

/** Resizing would start a stopped instance, which someone may have stopped on purpose. */
const stateCheck = ({ id }: Ec2Instance, state: string): DryRunCheck => ({
  name: 'state',
  outcome: state === 'running' ? 'passed' : 'refused',
  detail: state === 'running' ? `${id} is running` : `${id} is ${state}; resizing would start it. Ask a human.`,
});

const offeringCheck = async (cloud: Cloud, { zone }: Ec2Instance, { name }: InstanceType): Promise<DryRunCheck> =>
  (await isOffered(cloud, name, zone))
    ? {
        name: 'offering',
        outcome: 'passed',
        detail: `${zone} offers ${name}; free capacity shows only when the instance starts`,
      }
    : { name: 'offering', outcome: 'refused', detail: `${zone} does not offer ${name}; pick another type` };

const Volumes = z.object({
  Volumes: z.array(z.object({ VolumeId: z.string(), Encrypted: z.boolean().default(false) })).default([]),
});

/** Starting needs a KMS grant for encrypted volumes. The session allows it, but no dry run shows if the key policy does. */
const encryptionCheck = async (cloud: Cloud, { id }: Ec2Instance): Promise<DryRunCheck> => {
  const input = { Filters: [{ Name: 'attachment.instance-id', Values: [id] }] };
  const answer = await callAws(cloud, { service: 'ec2', command: 'DescribeVolumes', input }, Volumes);
  const encrypted = answer.Volumes.filter(({ Encrypted }) => Encrypted).map(({ VolumeId }) => VolumeId);
  return encrypted.length === 0
    ? { name: 'encryption', outcome: 'passed', detail: 'no volume is encrypted' }
    : {
        name: 'encryption',
        outcome: 'unknown',
        detail: `${encrypted.join(', ')}: with a customer-managed KMS key, the instance starts again only if that key lets the change role create grants`,
      };
};

const memoryCheck = (from: InstanceType, to: InstanceType): DryRunCheck[] =>
  to.memoryMiB >= from.memoryMiB
    ? []
    : [
        {
          name: 'memory',
          outcome: 'unknown',
          detail: `memory goes from ${from.memoryMiB} to ${to.memoryMiB} MiB; EC2 does not report how much is used`,
        },
      ];

/** What shrinks besides vCPUs, which the diff shows, and memory. EC2 does not report how much of it is needed. */
const capacityCheck = (from: InstanceType, to: InstanceType): DryRunCheck[] => {
  const smaller = dimensionsOf(from, to).others.filter(({ before, after }) => after < before);
  const says = smaller.map(({ name, unit, before, after }) => `${name} goes from ${before} to ${after}${unit}`);
  const detail = `${says.join(', ')}; whether that suffices shows only afterwards`;
  return smaller.length === 0 ? [] : [{ name: 'capacity', outcome: 'unknown', detail }];
};

const disruptionOf = (instance: Ec2Instance, type: InstanceType): string =>
  [
    `About ${DOWNTIME_SECONDS} s without service of ${instance.id} while it is stopped, changed and started.`,
    ...lossesOf(instance, type),
  ].join(' ');

const costOf = async (
  cloud: Cloud,
  instance: Ec2Instance,
  from: InstanceType,
  to: InstanceType,
): Promise<DryRunFindings['cost']> => {
  const comparable = instance.platform === 'Linux/UNIX' && instance.tenancy === 'default';
  const reason = `list prices are read for Linux with shared tenancy, ${instance.id} is ${instance.platform}, ${instance.tenancy} tenancy`;
  const price = async (type: string): Promise<InstancePrice> =>
    comparable ? instancePriceOf(cloud, type) : { centsPerMonth: null, reason };
  const before = await price(from.name);
  // A price list that does not answer is asked once.
  const after = before.centsPerMonth === null ? before : await price(to.name);
  return costDelta({ type: from.name, count: 1, price: before }, { type: to.name, count: 1, price: after });
};

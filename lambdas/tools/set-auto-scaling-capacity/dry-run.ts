import * as z from 'zod';
import type { DryRunCheck } from '../../contracts/plan.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { callAws } from '../aws/call-aws.ts';
import { readActivities, readGroup, type AutoScalingGroup } from '../aws/auto-scaling-group.ts';
import { costDelta, instancePriceOf, mixedCostDelta, unknownCost, type PricedType } from '../aws/prices.ts';
import type { Change, DryRunFindings, ToolContext } from '../tool.ts';

type CapacityChange = Change<{ group: string; desired: number }, { desired: number }>;

/** Auto Scaling has no dry run, so this reads everything that could prevent the change. */
export const dryRunCapacity = async (
  { input, before, after }: CapacityChange,
  { cloud }: ToolContext,
): Promise<DryRunFindings> => {
  const group = await readGroup(cloud, input.group);
  const step = after.desired - before.desired;
  return {
    checks: [
      boundsCheck(group, after.desired),
      processCheck(group, step),
      protectionCheck(group, step),
      await activityCheck(cloud, input.group),
      await policyCheck(cloud, input.group),
      {
        name: 'permission',
        outcome: 'unknown',
        detail: 'Auto Scaling has no dry run; permissions show only when the change is applied.',
      },
    ],
    cost: await costOf(cloud, group, before.desired, after.desired),
    disruption:
      step > 0
        ? { level: 'none', says: `Instances added to those in service: ${step}.` }
        : {
            level: 'brief',
            says: `Instances terminated, chosen by the group: ${-step}. Their connections end and their instance stores are lost.`,
          },
  };
};

const boundsCheck = ({ min, max }: AutoScalingGroup, desired: number): DryRunCheck => ({
  name: 'bounds',
  outcome: desired >= min && desired <= max ? 'passed' : 'refused',
  detail: `${desired} of ${min} to ${max} instances`,
});

/** The Auto Scaling process that adds instances, or that removes them. */
const processFor = (step: number): string => (step > 0 ? 'Launch' : 'Terminate');

/** Whether somebody has suspended the process that a change by so many instances needs. */
export const isSuspended = ({ suspended }: AutoScalingGroup, step: number): boolean =>
  suspended.includes(processFor(step));

const processCheck = (group: AutoScalingGroup, step: number): DryRunCheck => {
  const { suspended } = group;
  const needed = processFor(step);
  const blocked = isSuspended(group, step);
  const detail = blocked
    ? `${needed} is suspended, so the number would change and the instances would not`
    : `suspended processes: ${suspended.join(', ') || 'none'}`;
  return { name: 'processes', outcome: blocked ? 'refused' : 'passed', detail };
};

const protectionCheck = ({ instances }: AutoScalingGroup, step: number): DryRunCheck => {
  const free = instances.filter(({ isProtected }) => !isProtected).length;
  const blocked = step < 0 && free < -step;
  const detail = `${instances.length - free} of ${instances.length} instances are protected from scale-in`;
  return { name: 'scale-in protection', outcome: blocked ? 'refused' : 'passed', detail };
};

const activityCheck = async (cloud: Cloud, group: string): Promise<DryRunCheck> => {
  const inFlight = (await readActivities(cloud, group)).filter((activity) => activity.inFlight);
  const detail = inFlight.map(({ description, status }) => `${description} (${status})`).join('; ');
  return inFlight.length === 0
    ? { name: 'activities', outcome: 'passed', detail: 'no scaling activity is in flight' }
    : {
        name: 'activities',
        outcome: 'unknown',
        detail: `still in flight, their effect will mix with this one: ${detail}`,
      };
};

const Policies = z.object({
  ScalingPolicies: z.array(z.object({ PolicyName: z.string(), Enabled: z.boolean().default(true) })).default([]),
});

const policyCheck = async (cloud: Cloud, group: string): Promise<DryRunCheck> => {
  const input = { AutoScalingGroupName: group };
  const { ScalingPolicies } = await callAws(
    cloud,
    { service: 'autoscaling', command: 'DescribePolicies', input },
    Policies,
  );
  const active = ScalingPolicies.filter(({ Enabled }) => Enabled).map(({ PolicyName }) => PolicyName);
  return active.length === 0
    ? { name: 'scaling policies', outcome: 'passed', detail: 'none that would change the number again' }
    : { name: 'scaling policies', outcome: 'unknown', detail: `may change the number again: ${active.join(', ')}` };
};

const costOf = async (
  cloud: Cloud,
  group: AutoScalingGroup,
  before: number,
  after: number,
): Promise<DryRunFindings['cost']> => {
  const { types: launched, byAttributes } = group.launches;
  if (byAttributes) return unknownCost('the group picks instance types by their attributes');
  const types = [...new Set([...group.instances.flatMap(({ type }) => type ?? []), ...launched])].toSorted();
  const priced: PricedType[] = [];
  for (const type of types) priced.push({ type, price: await instancePriceOf(cloud, type) });
  const [only, ...others] = priced;
  if (only === undefined || others.length > 0) return mixedCostDelta(after - before, priced);
  return costDelta({ ...only, count: before }, { ...only, count: after });
};

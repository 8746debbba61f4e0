import { readActivities, readGroup, type AutoScalingGroup } from '../aws/auto-scaling-group.ts';
import { environmentOf } from '../environment.ts';
import { singleLine, utc } from '../aws/format.ts';
import { observeTool } from '../tool.ts';
import { manifest } from './manifest.ts';

/** At most this many instances are listed, unhealthy ones first. */
const MAX_INSTANCES = 20;

export const tool = observeTool(manifest, async (input, { cloud }) => {
  const group = await readGroup(cloud, input.group);
  const activities = await readActivities(cloud, group.name);
  return [
    `${group.name}: desired ${group.desired} (min ${group.min}, max ${group.max}), ${group.inService} of ${group.instances.length} instances in service`,
    `health check: ${group.healthCheck}; suspended processes: ${group.suspended.join(', ') || 'none'}; environment: ${environmentOf(group.tags)}`,
    ...instanceLines(group),
    activities.length === 0 ? 'no scaling activities on record' : 'recent scaling activities:',
    ...activities.map(
      ({ start, status, description, message, cause }) =>
        `  ${utc(start)} ${status}: ${singleLine(message ?? description, 300)}; cause: ${singleLine(cause, 300) || 'none given'}`,
    ),
  ].join('\n');
});

const instanceLines = ({ instances }: AutoScalingGroup): string[] => {
  const isHealthy = ({ lifecycle, health }: AutoScalingGroup['instances'][number]) =>
    lifecycle === 'InService' && health === 'Healthy';
  const sorted = instances.toSorted((a, b) => Number(isHealthy(a)) - Number(isHealthy(b)));
  const hidden = instances.length - MAX_INSTANCES;
  return [
    ...sorted
      .slice(0, MAX_INSTANCES)
      .map(
        ({ id, type, zone, lifecycle, health, isProtected }) =>
          `  ${id} ${type ?? 'type unknown'} ${zone} ${lifecycle} ${health}${isProtected ? ' protected from scale-in' : ''}`,
      ),
    ...(hidden > 0 ? [`  and ${hidden} more`] : []),
  ];
};

import * as z from 'zod';
import type { Configuration } from '../../contracts/plan.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { readGroup } from './auto-scaling-group.ts';
import { callAws } from './call-aws.ts';
import { sortedSet } from './format.ts';
import type { LaunchTemplate } from './group-fields.ts';

const Versions = z.object({
  LaunchTemplates: z
    .array(z.object({ LaunchTemplateId: z.string(), DefaultVersionNumber: z.int(), LatestVersionNumber: z.int() }))
    .default([]),
});

/** What a plan for a group was made for: what it launches, where, and how it replaces and removes instances. */
export const groupConfiguration = async (cloud: Cloud, name: string): Promise<Configuration> => {
  const { configuration, launchTemplates } = await readGroup(cloud, name);
  return { launchTemplates: await versionsOf(cloud, launchTemplates), ...configuration };
};

/**
 * Each launch template with its version. What `$Latest` and `$Default` stand for is read, since somebody who publishes a
 * version changes what the group launches and not the group.
 */
const versionsOf = async (cloud: Cloud, templates: readonly LaunchTemplate[]): Promise<string[]> => {
  const moving = templates.filter(({ Version }) => Version.startsWith('$'));
  const ids = sortedSet(moving.map(({ LaunchTemplateId: id }) => id));
  const input = { LaunchTemplateIds: ids };
  const { LaunchTemplates: known } =
    ids.length === 0
      ? { LaunchTemplates: [] }
      : await callAws(cloud, { service: 'ec2', command: 'DescribeLaunchTemplates', input }, Versions);
  return sortedSet(
    templates.map(({ LaunchTemplateId: id, LaunchTemplateName: called, Version: version }) => {
      const numbers = known.find(({ LaunchTemplateId }) => LaunchTemplateId === id);
      const meant = version === '$Latest' ? numbers?.LatestVersionNumber : numbers?.DefaultVersionNumber;
      return `${id ?? called ?? ''}:${version}${meant === undefined ? '' : `=${meant}`}`;
    }),
  );
};

import * as z from 'zod';
import { type Build, durationText, failedPhase, readBuilds } from '../aws/builds.ts';
import { callAws } from '../aws/call-aws.ts';
import { utc } from '../aws/format.ts';
import { observeTool, type ToolContext } from '../tool.ts';
import { commitOf, flakyText, streakText } from './history.ts';
import { manifest } from './manifest.ts';

const Ids = z.object({ ids: z.array(z.string()).default([]), nextToken: z.string().optional() });

export const tool = observeTool(manifest, async ({ project, count }, { cloud }) => {
  const { ids, nextToken } = await newestIds(project, cloud);
  const builds = (await readBuilds(cloud, ids)).sort((a, b) => startOf(b) - startOf(a));
  if (builds.length === 0) return `The project ${project} has no builds that AWS still keeps (a year).`;
  const compared = nextToken === undefined ? `all ${builds.length}` : `the newest ${builds.length}`;
  return [
    // The finding first: people read only the first line of it.
    streakText(project, builds),
    flakyText(builds),
    `Compared: ${compared} builds. Newest first:`,
    ...builds.slice(0, count).map(lineOf),
  ].join('\n');
});

/** The first page, which is as much as one BatchGetBuilds reads. */
const newestIds = (project: string, cloud: ToolContext['cloud']) =>
  callAws(
    cloud,
    {
      service: 'codebuild',
      command: 'ListBuildsForProject',
      input: { projectName: project, sortOrder: 'DESCENDING' },
    },
    Ids,
  );

const startOf = ({ startTime }: Build): number => (startTime === undefined ? Infinity : Date.parse(startTime));

const lineOf = (build: Build): string => {
  const failed = failedPhase(build);
  const phase = failed === undefined ? '' : ` in ${failed.phaseType}`;
  const started = build.startTime === undefined ? 'not started' : utc(build.startTime);
  const version = build.sourceVersion === undefined ? '' : ` (${build.sourceVersion})`;
  return `- ${build.id}: ${build.buildStatus}${phase}, ${started}, ${durationText(build)}, commit ${commitOf(build)}${version}`;
};

import { type Build, durationText, failedPhase, type Phase, readBuild } from '../aws/builds.ts';
import { singleLine, utc } from '../aws/format.ts';
import { observeTool } from '../tool.ts';
import { manifest } from './manifest.ts';

/** Longer messages of a phase are cut; the log has them whole. */
const MAX_MESSAGE = 600;

export const tool = observeTool(manifest, async ({ build }, { cloud }) => textOf(await readBuild(cloud, build)));

const textOf = (build: Build): string =>
  [headline(build), timesOf(build), sourceOf(build), machineOf(build), logOf(build), 'Phases:']
    .concat(build.phases.map((phase) => `- ${phaseText(phase)}`))
    .join('\n');

/** The finding first: people read only the first line of it. */
const headline = (build: Build): string => {
  const failed = failedPhase(build);
  const where = failed === undefined ? '' : ` in phase ${failed.phaseType}${contextsOf(failed)}`;
  const running = build.buildStatus === 'IN_PROGRESS' ? `, now in phase ${build.currentPhase ?? 'unknown'}` : '';
  return `${build.id}: ${build.buildStatus}${where}${running}`;
};

const timesOf = (build: Build): string => {
  const number = build.buildNumber === undefined ? '' : `, build ${build.buildNumber}`;
  const started = build.startTime === undefined ? 'not started' : `started ${utc(build.startTime)}`;
  return `Project ${build.projectName}${number}, ${started}, ${durationText(build)}, by ${build.initiator ?? 'unknown'}`;
};

const sourceOf = ({ resolvedSourceVersion, sourceVersion, source }: Build): string => {
  const from = source === undefined ? 'unknown' : `${source.type} ${withoutUser(source.location ?? '')}`.trim();
  return `Commit ${resolvedSourceVersion ?? 'unknown'}, source version ${sourceVersion ?? 'not given'}, from ${from}`;
};

/** The address of a repository without the user and token that it may carry. */
const withoutUser = (location: string): string => location.replace(/^([a-z]+:\/\/)[^/]*@/i, '$1');

const machineOf = ({ environment }: Build): string =>
  environment === undefined
    ? 'Image unknown'
    : `Image ${environment.image} (${environment.type}, ${environment.computeType})`;

const logOf = ({ logs }: Build): string =>
  logs?.groupName === undefined || logs.streamName === undefined
    ? 'Log: none in CloudWatch Logs'
    : `Log group ${logs.groupName}, stream ${logs.streamName}`;

const phaseText = (phase: Phase): string => {
  const seconds = phase.durationInSeconds === undefined ? '' : ` ${phase.durationInSeconds} s`;
  return `${phase.phaseType} ${phase.phaseStatus ?? 'not ended'}${seconds}${contextsOf(phase)}`;
};

/** What CodeBuild says of a phase. It adds an empty context to those that succeeded. */
const contextsOf = ({ contexts }: Phase): string => {
  const said = contexts
    .map(({ statusCode, message }) => [statusCode, singleLine(message, MAX_MESSAGE)].filter(Boolean).join(': '))
    .filter(Boolean);
  return said.length === 0 ? '' : ` (${said.join('; ')})`;
};

import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { callAws, Timestamp } from './call-aws.ts';

/** BatchGetBuilds answers for at most so many builds. */
const BATCH = 100;

const Phase = z.object({
  phaseType: z.string(),
  /** Missing while the phase runs. */
  phaseStatus: z.string().optional(),
  durationInSeconds: z.number().optional(),
  contexts: z.array(z.object({ statusCode: z.string().default(''), message: z.string().default('') })).default([]),
});
/** One phase of a build, with what CodeBuild says of its end. */
export type Phase = z.output<typeof Phase>;

/** A build as CodeBuild returns it. Environment variables are left out, because they may hold secrets. */
const Build = z.object({
  id: z.string(),
  projectName: z.string(),
  buildNumber: z.int().optional(),
  buildStatus: z.string(),
  currentPhase: z.string().optional(),
  startTime: Timestamp.optional(),
  endTime: Timestamp.optional(),
  sourceVersion: z.string().optional(),
  resolvedSourceVersion: z.string().optional(),
  initiator: z.string().optional(),
  phases: z.array(Phase).default([]),
  source: z.object({ type: z.string(), location: z.string().optional() }).optional(),
  environment: z.object({ image: z.string(), type: z.string(), computeType: z.string() }).optional(),
  logs: z.object({ groupName: z.string().optional(), streamName: z.string().optional() }).optional(),
});
/** A build, parsed. */
export type Build = z.output<typeof Build>;
const Builds = z.object({ builds: z.array(Build).default([]) });

/** Reads one build, by its id or ARN. */
export const readBuild = async (cloud: Cloud, build: string): Promise<Build> => {
  const id = idIn(cloud, build);
  const found = (await readBuilds(cloud, [id])).find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new ToolRefusal(`There is no build ${id} in ${cloud.region} of account ${cloud.account}. ${TAKE_IT}`);
};

/** Reads builds by their ids, in the order of AWS's answer. Builds that are gone are not in it. */
export const readBuilds = async (cloud: Cloud, ids: readonly string[]): Promise<Build[]> => {
  if (ids.length === 0) return [];
  const input = { ids: ids.slice(0, BATCH) };
  return (await callAws(cloud, { service: 'codebuild', command: 'BatchGetBuilds', input }, Builds)).builds;
};

const TAKE_IT = 'Take the id from the event or from list_builds.';

/** An ARN names account and Region too. A build elsewhere has to be refused, not looked for under the same id here. */
const idIn = ({ account, region }: Cloud, build: string): string => {
  if (!build.startsWith('arn:')) return build;
  const [, , , itsRegion, itsAccount, , ...rest] = build.split(/[:/]/);
  if (itsRegion === region && itsAccount === account) return rest.join(':');
  throw new ToolRefusal(
    `The build ${build} is in ${itsRegion ?? 'an unknown Region'} of account ${itsAccount ?? 'unknown'}; ` +
      `this incident is about ${region} of account ${account}. ${TAKE_IT}`,
  );
};

/** Whether a build succeeded or failed; undefined for one that runs or was stopped, which says nothing of its source. */
export const outcomeOf = ({ buildStatus }: Pick<Build, 'buildStatus'>): 'succeeded' | 'failed' | undefined => {
  if (buildStatus === 'SUCCEEDED') return 'succeeded';
  return ['FAILED', 'TIMED_OUT', 'FAULT'].includes(buildStatus) ? 'failed' : undefined;
};

/** The first phase that did not succeed, if one ended so. */
export const failedPhase = ({ phases }: Build): Phase | undefined =>
  phases.find(({ phaseStatus }) => phaseStatus !== undefined && outcomeOf({ buildStatus: phaseStatus }) === 'failed');

/** `93 s`, of a build that has ended. */
export const durationText = ({ startTime, endTime }: Build): string =>
  startTime === undefined || endTime === undefined
    ? 'not ended'
    : `${Math.round((Date.parse(endTime) - Date.parse(startTime)) / 1000)} s`;

import { type Build, outcomeOf } from '../aws/builds.ts';
import { utc } from '../aws/format.ts';

/** At most so many flaky commits are named. */
const MAX_COMMITS = 5;

/** How many builds in a row ended as the newest did, and which was the last that succeeded. Builds come newest first. */
export const streakText = (project: string, builds: readonly Build[]): string => {
  const ended = builds.filter((build) => outcomeOf(build) !== undefined);
  const [newest] = ended;
  if (newest === undefined) return `${project}: of ${builds.length} builds none has succeeded or failed.`;
  const outcome = outcomeOf(newest);
  const others = ended.findIndex((build) => outcomeOf(build) !== outcome);
  const streak = others < 0 ? ended.length : others;
  const times = streak === 1 ? `the newest build ${outcome}` : `the newest ${streak} builds in a row ${outcome}`;
  if (outcome === 'succeeded') return `${project}: ${times}.`;
  const green = ended.find((build) => outcomeOf(build) === 'succeeded');
  return `${project}: ${times}; ${
    green === undefined ? 'none of them all succeeded' : `the last that succeeded is ${nameOf(green)}`
  }.`;
};

/** Whether builds of one commit ended differently. */
export const flakyText = (builds: readonly Build[]): string => {
  const [newest] = builds;
  const flaky = [...byCommit(builds)].filter(
    ([, ofCommit]) => hasOutcome(ofCommit, 'failed') && hasOutcome(ofCommit, 'succeeded'),
  );
  const unknown = builds.filter(({ resolvedSourceVersion }) => resolvedSourceVersion === undefined).length;
  const without = unknown === 0 ? '' : ` ${unknown} builds have no commit and are not compared.`;
  if (flaky.length > 0) {
    const named = flaky.slice(0, MAX_COMMITS).map(([commit, ofCommit]) => `${short(commit)}: ${endsOf(ofCommit)}`);
    const more = flaky.length > MAX_COMMITS ? `, and ${flaky.length - MAX_COMMITS} more commits` : '';
    return `Flaky by history: the same commit both failed and succeeded (${named.join('; ')}${more}).${without}`;
  }
  const once =
    newest?.resolvedSourceVersion !== undefined && byCommit(builds).get(newest.resolvedSourceVersion)?.length === 1
      ? ` The newest commit, ${commitOf(newest)}, was built once, so history cannot tell whether it is flaky.`
      : '';
  return `Not flaky by history: no commit both failed and succeeded.${once}${without}`;
};

/** The beginning of a build's commit, enough to tell commits apart. */
export const commitOf = ({ resolvedSourceVersion }: Build): string =>
  resolvedSourceVersion === undefined ? 'unknown' : short(resolvedSourceVersion);

const short = (commit: string): string => commit.slice(0, 12);

const nameOf = (build: Build): string =>
  `${build.id} (${build.startTime === undefined ? 'not started' : utc(build.startTime)}, commit ${commitOf(build)})`;

const byCommit = (builds: readonly Build[]): Map<string, Build[]> => {
  const commits = new Map<string, Build[]>();
  for (const build of builds) {
    const { resolvedSourceVersion: commit } = build;
    if (commit !== undefined && outcomeOf(build) !== undefined)
      commits.set(commit, [...(commits.get(commit) ?? []), build]);
  }
  return commits;
};

const hasOutcome = (builds: readonly Build[], outcome: 'failed' | 'succeeded'): boolean =>
  builds.some((build) => outcomeOf(build) === outcome);

/** The newest failed and the newest succeeded build, with how many there are of each. */
const endsOf = (builds: readonly Build[]): string =>
  ['failed', 'succeeded']
    .map((outcome) => {
      const ofOutcome = builds.filter((build) => outcomeOf(build) === outcome);
      return `${ofOutcome.length} ${outcome}, the newest ${ofOutcome[0]?.id ?? 'unknown'}`;
    })
    .join('; ');

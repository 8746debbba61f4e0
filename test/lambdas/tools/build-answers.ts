import type { JsonObject } from '../../../lambdas/contracts/json.ts';

/** Builds as the SDK returns them, shortened; `more` overrides or adds fields. */

export const BUILD = 'checkout-ci:8745a7a9-c340-456a-9166-edf953571bee';
export const GROUP = '/aws/codebuild/checkout-ci';
export const COMMIT = '3f2a9c1e4b7d8a6f5c0e9d1b2a3c4d5e6f708192';

export const phase = (phaseType: string, phaseStatus: string, durationInSeconds: number, ...said: string[]) => ({
  phaseType,
  phaseStatus,
  startTime: '2026-11-02T02:00:00.000Z',
  endTime: '2026-11-02T02:01:00.000Z',
  durationInSeconds,
  contexts:
    said.length === 0
      ? [{ statusCode: '', message: '' }]
      : said.map((message) => ({ statusCode: 'COMMAND_EXECUTION_ERROR', message })),
});

export const build = (more: JsonObject = {}): JsonObject => ({
  id: BUILD,
  arn: `arn:aws:codebuild:eu-west-1:123456789012:build/${BUILD}`,
  projectName: 'checkout-ci',
  buildNumber: 42,
  buildStatus: 'FAILED',
  currentPhase: 'COMPLETED',
  startTime: '2026-11-02T02:00:00.000Z',
  endTime: '2026-11-02T02:01:33.000Z',
  sourceVersion: 'refs/heads/main',
  resolvedSourceVersion: COMMIT,
  initiator: 'codepipeline/checkout',
  phases: [
    phase('SUBMITTED', 'SUCCEEDED', 0),
    phase('INSTALL', 'SUCCEEDED', 21),
    phase('BUILD', 'FAILED', 34, 'Error while executing command: npm test. Reason: exit status 1'),
    { phaseType: 'COMPLETED', startTime: '2026-11-02T02:01:33.000Z' },
  ],
  source: { type: 'GITHUB', location: 'https://ci:ghp_token@github.com/example/checkout.git' },
  environment: {
    image: 'aws/codebuild/standard:7.0',
    type: 'LINUX_CONTAINER',
    computeType: 'BUILD_GENERAL1_SMALL',
    environmentVariables: [{ name: 'NPM_TOKEN', value: 'npm-secret', type: 'PLAINTEXT' }],
  },
  logs: { groupName: GROUP, streamName: '8745a7a9-c340-456a-9166-edf953571bee' },
  ...more,
});

export const builds = (...all: JsonObject[]): JsonObject => ({ builds: all, buildsNotFound: [] });

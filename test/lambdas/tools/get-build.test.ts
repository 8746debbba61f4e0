import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { manifest } from '../../../lambdas/tools/get-build/manifest.ts';
import { tool } from '../../../lambdas/tools/get-build/tool.ts';
import { BUILD, build, builds, COMMIT, GROUP } from './build-answers.ts';
import { observing } from './context.ts';

const context = (...all: JsonObject[]) => {
  const made = observing(manifest);
  made.cloud.answers('codebuild', 'BatchGetBuilds', builds(...all));
  return made;
};

test('the first line says which phase failed and why, the others commit, image, log and phases', async () => {
  expect(await tool.run({ build: BUILD }, context(build()))).toBe(
    [
      `${BUILD}: FAILED in phase BUILD (COMMAND_EXECUTION_ERROR: Error while executing command: npm test. Reason: exit status 1)`,
      'Project checkout-ci, build 42, started 2026-11-02 02:00:00 UTC, 93 s, by codepipeline/checkout',
      `Commit ${COMMIT}, source version refs/heads/main, from GITHUB https://github.com/example/checkout.git`,
      'Image aws/codebuild/standard:7.0 (LINUX_CONTAINER, BUILD_GENERAL1_SMALL)',
      `Log group ${GROUP}, stream 8745a7a9-c340-456a-9166-edf953571bee`,
      'Phases:',
      '- SUBMITTED SUCCEEDED 0 s',
      '- INSTALL SUCCEEDED 21 s',
      '- BUILD FAILED 34 s (COMMAND_EXECUTION_ERROR: Error while executing command: npm test. Reason: exit status 1)',
      '- COMPLETED not ended',
    ].join('\n'),
  );
});

test('environment variables and the token in a repository’s address are not shown', async () => {
  expect(await tool.run({ build: BUILD }, context(build()))).not.toMatch(/npm-secret|NPM_TOKEN|ghp_token/);
});

test('an ARN is read as the id that stands in it', async () => {
  const made = context(build());
  await tool.run({ build: `arn:aws:codebuild:eu-west-1:123456789012:build/${BUILD}` }, made);
  expect(made.cloud.inputsOf('BatchGetBuilds')).toEqual([{ ids: [BUILD] }]);
});

test('a build of another account or Region is refused before AWS is asked', async () => {
  for (const place of ['us-east-1:123456789012', 'eu-west-1:999999999999']) {
    const made = context(build());
    await expect(tool.run({ build: `arn:aws:codebuild:${place}:build/${BUILD}` }, made)).rejects.toThrow(
      'this incident is about eu-west-1 of account 123456789012',
    );
    expect(made.cloud.requests).toEqual([]);
  }
});

test('a build that AWS does not find, or answers with another one for, is refused', async () => {
  for (const answer of [[], [build({ id: 'checkout-ci:other' })]])
    await expect(tool.run({ build: BUILD }, context(...answer))).rejects.toThrow(
      `There is no build ${BUILD} in eu-west-1 of account 123456789012.`,
    );
});

test('a build that runs, without log, commit and image, says what is unknown', async () => {
  const text = await tool.run(
    { build: BUILD },
    context({ id: BUILD, projectName: 'checkout-ci', buildStatus: 'IN_PROGRESS', currentPhase: 'QUEUED' }),
  );
  expect(text).toContain(`${BUILD}: IN_PROGRESS, now in phase QUEUED`);
  expect(text).toContain('Commit unknown, source version not given, from unknown');
  expect(text).toContain('Log: none in CloudWatch Logs');
  expect(text).toContain('not started, not ended, by unknown');
});

test('only ids and ARNs of builds fit', () => {
  const fits = (text: string): boolean => manifest.input.safeParse({ build: text }).success;
  expect([BUILD, `arn:aws-cn:codebuild:cn-north-1:123456789012:build/${BUILD}`].map(fits)).toEqual([true, true]);
  const others = [
    'checkout-ci',
    `arn:aws:codebuild:eu-west-1:123456789012:build-batch/${BUILD}`,
    `${BUILD} x`,
    '../x:1',
  ];
  expect(others.map(fits)).toEqual(others.map(() => false));
});

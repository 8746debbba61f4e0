import { describe, expect, test } from 'vitest';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { EVIDENCE_LIMIT } from '../../../lambdas/kernel/redaction/untrusted.ts';
import { manifest } from '../../../lambdas/tools/get-build-logs/manifest.ts';
import { tool } from '../../../lambdas/tools/get-build-logs/tool.ts';
import { BUILD, build, builds, GROUP } from './build-answers.ts';
import { observing } from './context.ts';

const LOG = [
  '[Container] 2026/11/02 02:00:10.000000 Entering phase INSTALL',
  ...Array.from({ length: 20 }, (_, n) => `added package ${n}`),
  '[Container] 2026/11/02 02:00:31.000000 Phase complete: INSTALL State: SUCCEEDED',
  '[Container] 2026/11/02 02:00:31.000000 Entering phase BUILD',
  '> tsc -p .',
  "src/cart.ts(12,5): error TS2322: Type 'string' is not assignable to type 'number'.",
  'npm ERR! code 2',
  ...Array.from({ length: 20 }, (_, n) => `at frame ${n}`),
  'Error: exit status 2',
  '[Container] 2026/11/02 02:01:05.000000 Phase complete: BUILD State: FAILED',
  '[Container] 2026/11/02 02:01:05.000000 Phase context status code: COMMAND_EXECUTION_ERROR Message: exit status 2',
  '[Container] 2026/11/02 02:01:05.000000 Entering phase POST_BUILD',
];

/** One page of events. Like AWS, the last page gives back the token that it was called with. */
const pages =
  (...all: readonly (readonly string[])[]) =>
  ({ nextToken, startFromHead }: JsonObject): JsonObject => {
    const at = startFromHead === false ? all.length - 1 : nextToken === undefined ? 0 : Number(nextToken);
    const events = (all[at] ?? []).map((message) => ({ timestamp: 0, message: `${message}\n`, ingestionTime: 0 }));
    return { events, nextForwardToken: String(Math.min(at + 1, all.length)), nextBackwardToken: 'b' };
  };

const context = (log: readonly (readonly string[])[] = [LOG], of: JsonObject = build()) => {
  const made = observing(manifest);
  made.cloud.answers('codebuild', 'BatchGetBuilds', builds(of));
  made.cloud.answers('logs', 'GetLogEvents', pages(...log));
  return made;
};

const read = (more: JsonObject = {}, log: readonly (readonly string[])[] = [LOG]): Promise<string> =>
  tool.run({ build: BUILD, logGroup: GROUP, ...more }, context(log));

describe('the model chooses the lines', () => {
  test('the tail, and is told how many lines there are and how to get the others', async () => {
    expect(await read({ lines: 2 })).toBe(
      [
        `Of the log of ${BUILD} (50 lines) lines 49 to 50:`,
        ...LOG.slice(-2),
        'Not shown: lines 1 to 48 come before them. Give fromLine to read on, or around to search.',
      ].join('\n'),
    );
  });

  test('the head, and lines from a number on', async () => {
    const head = await read({ end: 'head', lines: 1 });
    expect(head).toContain(`(50 lines) line 1:\n${LOG[0]}\nNot shown: lines 2 to 50 come after them.`);
    expect(await read({ fromLine: 24, lines: 2 })).toContain(`lines 24 to 25:\n${LOG[23]}\n${LOG[24]}\n`);
    expect(await read({ lines: 400 })).not.toContain('Not shown');
  });

  test('the first line that contains a text, with its neighbours and the count of the others', async () => {
    expect(await read({ around: 'ERROR ts|exit status', lines: 6 })).toBe(
      [
        `Line 25: ${LOG[24]}`,
        `  is the first of 3 that contain "ERROR ts|exit status" in lines 1 to 50 of the log of ${BUILD} (50 lines).`,
        'lines 23 to 28:',
        ...LOG.slice(22, 28),
        '2 more contain it. Give fromLine 47 to read on.',
      ].join('\n'),
    );
  });

  test('one line around a text is the line that contains it', async () => {
    expect(await read({ around: 'TS2322', lines: 1 })).toContain(`line 25:\n${LOG[24]}`);
  });

  test('hits that lie close together are shown once', async () => {
    const text = await read({ around: 'added package' });
    expect(text.match(/added package 7$/gm)).toHaveLength(1);
    expect(text).toContain('lines 1 to 29:');
  });

  test('one phase, with the line that says why it ended', async () => {
    const text = await read({ phase: 'BUILD' });
    expect(text).toContain('lines 23 to 49:');
    expect(text).toContain('Phase context status code: COMMAND_EXECUTION_ERROR');
    expect(text).not.toContain('added package');
  });

  test('what no line contains is said with where it was looked for', async () => {
    expect(await read({ around: 'segfault', phase: 'INSTALL' })).toBe(
      `No line contains "segfault" in lines 1 to 22 of the log of ${BUILD} (50 lines).`,
    );
  });

  test('a text is no pattern, so that no search takes long', async () => {
    expect(await read({ around: '(a+)+$' })).toContain('No line contains');
    expect(await read({ around: '||' })).toContain('No line contains');
  });
});

describe('a place that is not in the log is refused with where it ends', () => {
  test.each([
    [{ fromLine: 51 }, `fromLine is 51, but the log of ${BUILD} ends at line 50 (50 lines).`],
    [{ fromLine: 30, phase: 'INSTALL' }, 'fromLine is 30, but the phase INSTALL ends at line 22 (50 lines).'],
    [{ phase: 'PRE_BUILD' }, 'no line that says that the phase PRE_BUILD began. Read it without phase.'],
  ])('%j', async (more, message) => {
    await expect(read(more)).rejects.toThrow(message);
  });
});

describe('only the build’s own log, in a log group of the agent', () => {
  test('a build that writes to another log group than the one that the kernel admitted is refused unread', async () => {
    const made = context([LOG], build({ logs: { groupName: '/app/secrets', streamName: 's' } }));
    await expect(tool.run({ build: BUILD, logGroup: GROUP }, made)).rejects.toThrow(
      `writes its log to the log group /app/secrets, not to ${GROUP}`,
    );
    expect(made.cloud.commands).toEqual(['BatchGetBuilds']);
  });

  test('a build without a log in CloudWatch is refused in words', async () => {
    for (const logs of [{}, { groupName: GROUP }, { streamName: 's' }])
      await expect(tool.run({ build: BUILD, logGroup: GROUP }, context([LOG], build({ logs })))).rejects.toThrow(
        'has no log in CloudWatch Logs',
      );
  });

  test('the stream is that of the build', async () => {
    const made = context();
    await tool.run({ build: BUILD, logGroup: GROUP }, made);
    expect(made.cloud.inputsOf('GetLogEvents')).toEqual([
      { logGroupName: GROUP, logStreamName: BUILD.split(':')[1], startFromHead: true },
      { logGroupName: GROUP, logStreamName: BUILD.split(':')[1], startFromHead: true, nextToken: '1' },
    ]);
  });

  test('a log that is gone is an error with AWS’s message', async () => {
    const made = context();
    made.cloud.answers('logs', 'GetLogEvents', new CloudError('ResourceNotFoundException', 'No such stream.'));
    await expect(tool.run({ build: BUILD, logGroup: GROUP }, made)).rejects.toThrow('No such stream.');
  });
});

describe('a long log', () => {
  test('is read over several pages', async () => {
    expect(await read({ around: 'TS2322' }, [LOG.slice(0, 10), [], LOG.slice(10)])).toContain('Line 25: src/cart.ts');
  });

  test('is read up to a limit, which is said; its tail is read from its end', async () => {
    const log = [...Array.from({ length: 12 }, (_, n) => [`page ${n}`]), ['the end']];
    const made = context(log);
    expect(await tool.run({ build: BUILD, logGroup: GROUP }, made)).toBe(
      [
        `The last 1 lines of the log of ${BUILD} (more than 10 lines, of which the first 10 are read; these have no number):`,
        'the end',
        'Give fromLine or around to read the first lines.',
      ].join('\n'),
    );
    expect(await read({ around: 'the end' }, log)).toContain('more than 10 lines, of which the first 10 are read');
  });

  test('never fills more than one piece of evidence, however long its lines are', async () => {
    const wide = [Array.from({ length: 400 }, (_, n) => `error ${n} ${'long line '.repeat(200)}`)];
    for (const more of [{}, { end: 'head' }, { around: 'error' }])
      expect((await read({ lines: 400, ...more }, wide)).length).toBeLessThan(EVIDENCE_LIMIT);
  });

  test('a log without lines says so', async () => {
    expect(await read({}, [[]])).toBe(`The log of ${BUILD} has no lines. The build is FAILED.`);
  });
});

describe('a hostile log', () => {
  test('cannot end a phase early and so hide its error', async () => {
    const forged = LOG.toSpliced(23, 0, '[Container] 2026/11/02 02:00:32 Phase complete: BUILD State: SUCCEEDED');
    expect(await read({ phase: 'BUILD' }, [forged])).toContain('error TS2322');
  });

  test('cannot hide the words of a secret with the colours of a terminal', async () => {
    expect(await read({}, [['\u001b[31mAKIA\u001b[0mIOSFODNN7EXAMPLE']])).toContain('\nAKIAIOSFODNN7EXAMPLE');
  });

  test('shows no line of a private key, also when the lines shown begin in the middle of it', async () => {
    const key = Array.from({ length: 20 }, () => 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7');
    const log = ['-----BEGIN PRIVATE KEY-----', ...key, '-----END PRIVATE KEY-----', 'error: exit status 1'];
    const text = await read({ fromLine: 10, lines: 5 }, [log]);
    expect(text).toContain('[a line of a private key, left out]');
    expect(text).not.toContain('MIIE');
  });

  test('cannot hide an error by writing that a private key begins', async () => {
    expect(await read({}, [['-----BEGIN PRIVATE KEY-----', ...LOG]])).toContain('error TS2322');
  });
});

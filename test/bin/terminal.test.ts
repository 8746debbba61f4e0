import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { appFolder, REPOSITORY, runCli } from './cli.ts';

const folder = appFolder('terminal');
afterAll(() => rmSync(folder, { recursive: true }));

const CLI = join(REPOSITORY, 'bin/checkrein.ts');
const QUESTION = '[y/n] ';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const Played = z.object({ out: z.string(), code: z.int(), restored: z.boolean(), left: z.int() });

/** The terminal is narrow, so that sentences are wrapped. */
const onOneLine = (played: z.infer<typeof Played>) => ({ ...played, out: played.out.replace(/\s+/g, ' ') });

/** Runs a scenario on a terminal of its own, and types keys whenever a text has appeared. */
const play = (scenario: string, out: string, ...steps: [text: string, keys: string][]) =>
  new Promise<z.infer<typeof Played>>((resolve, reject) => {
    const at = (leaf: string): string => join(REPOSITORY, 'scenarios', scenario, leaf);
    const args = ['run', '--event', at('event.json'), '--world', at('world.yaml'), '--approve', 'ask', '--out', out];
    const python = [join(import.meta.dirname, 'terminal.py'), JSON.stringify(steps), process.execPath, CLI, ...args];
    execFile('python3', python, { cwd: folder, timeout: 100_000 }, (error, printed, err) => {
      if (error !== null) reject(new Error(`${error.message}\n${err}`));
      else resolve(onOneLine(Played.parse(JSON.parse(printed))));
    });
  });

const questionsIn = (out: string): number => out.split(QUESTION.trim()).length - 1;
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasPython)('the question in a terminal', { timeout: 120_000 }, () => {
  const BEGUN = 'Checkrein on a laptop';

  test('is not answered by what was typed before it was put, neither Enter nor yes', async () => {
    const ahead = await play(
      'undersized-instance',
      'ahead',
      [BEGUN, '\n\ny\ny\n\n'],
      [QUESTION, 'n\n'],
      ['Reason', '\n'],
    );
    expect(ahead.out).toContain('says deny (terminal)');
    expect([ahead.code, ahead.left, questionsIn(ahead.out)]).toEqual([0, 0, 1]);
  });

  test('is put again after an empty line or another word, and answered by yes', async () => {
    const steps: [string, string][] = [
      [QUESTION, '\n'],
      [QUESTION, 'perhaps\n'],
      [QUESTION, 'y\n'],
      ['Reason', 'looks right\n'],
    ];
    const asked = await play('undersized-instance', 'again', ...steps);
    expect(asked.out).toContain('says approve (terminal): "looks right"');
    expect([asked.code, asked.left]).toEqual([0, 0]);
  });

  test.each([
    ['Ctrl-C', CTRL_C],
    ['Ctrl-D', CTRL_D],
  ])('%s before the first change ends the run with 130, restores the terminal and files nothing', async (_, keys) => {
    const stopped = await play('undersized-instance', 'stopped', [QUESTION, keys]);
    expect([stopped.code, stopped.restored]).toEqual([130, true]);
    expect(stopped.out).toContain('Nothing was changed, and nothing was filed.');
    expect(stopped.out).not.toMatch(/\.[jt]s:\d+:\d+/);
    expect(existsSync(join(folder, 'stopped/trace.jsonl'))).toBe(false);
  });

  test('Ctrl-C while no question is put ends the run the same way', async () => {
    const stopped = await play('undersized-instance', 'early', ['turn 1', CTRL_C]);
    const filed = existsSync(join(folder, 'early/trace.jsonl'));
    expect([stopped.code, stopped.restored, filed], stopped.out).toEqual([130, true, false]);
  });

  test('Ctrl-C after a change files the incident as stopped, with a trace that verifies', async () => {
    const steps: [string, string][] = [
      [QUESTION, 'y\n'],
      ['Reason', '\n'],
      ['applied.', CTRL_C],
    ];
    const stopped = await play('undersized-instance', 'after', ...steps);
    expect([stopped.code, stopped.restored]).toEqual([130, true]);
    const trace = join(folder, 'after/trace.jsonl');
    expect(readFileSync(trace, 'utf8')).toContain('Somebody stopped the run.');
    expect(readFileSync(trace, 'utf8')).toContain('"kind":"apply.finished"');
    expect((await runCli(folder, 'trace', 'verify', trace)).out).toMatch(/^SOUND: /);
  });
});

describe('when the reader of the output has gone', { timeout: 120_000 }, () => {
  const trace = join(REPOSITORY, 'test/fixtures/traces/undersized-instance/trace.jsonl');
  test.each([
    ['trace show', `trace show '${trace}' --json`, 1],
    ['help', '--help', 1],
    ['trace verify', `trace verify '${trace}'`, 0],
    ['scenario', 'scenario undersized-instance', 1],
    ['policy test', 'policy test --json', 1],
  ])('%s ends silently, without a stack trace', (_, line, lines) => {
    const piped = `'${process.execPath}' '${CLI}' ${line} | head -n ${lines}`;
    const ran = spawnSync('sh', ['-c', piped], { cwd: folder, encoding: 'utf8' });
    expect(ran.stderr).toBe('');
  });

  test('a command that was cut off does not pass for one that succeeded', () => {
    const piped = `{ '${process.execPath}' '${CLI}' scenario undersized-instance; echo "code $?" >&2; } | head -n 1`;
    expect(spawnSync('sh', ['-c', piped], { cwd: folder, encoding: 'utf8' }).stderr).toBe('code 141\n');
  });
});

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli, REPOSITORY } from './cli.ts';

/** Traces that version 0.1.0 wrote. What was recorded once must stay readable: widen schemas, never narrow them. */
const FOLDER = join(REPOSITORY, 'test/fixtures/traces');

describe.each(['undersized-instance', 'fix-does-not-help', 'change-freeze'])('the recorded trace of %s', (name) => {
  const trace = join(FOLDER, name, 'trace.jsonl');

  test('still verifies under its key', async () => {
    const ran = await runCli(FOLDER, 'trace', 'verify', trace, '--key', join(FOLDER, name, 'seal.pub.pem'));
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatch(/^SOUND/);
  });

  test('is still shown from its opening to its seal', async () => {
    const ran = await runCli(FOLDER, 'trace', 'show', trace);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatch(/went to ALARM at/);
    expect(ran.out).toMatch(/sealed {4}\d+ events before this one, signed by/);
  });

  test('is still decided the same when it is replayed', async () => {
    const ran = await runCli(FOLDER, 'replay', trace, '--config', join(REPOSITORY, 'config'));
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatch(/(\d+) decisions evaluated again: \1 the same/);
  });
});

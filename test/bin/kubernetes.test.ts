import { rmSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { appFolder, runCli } from './cli.ts';

const folder = appFolder('kubernetes');
afterAll(() => rmSync(folder, { recursive: true }));

describe('checkrein kubernetes manifests', () => {
  test('names a cluster that is not there, and ends with 2', async () => {
    const { code, out, err } = await runCli(folder, 'kubernetes', 'manifests', '--cluster', 'prod');
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('--cluster prod: there is no such cluster in config/deployment.ts');
    expect(err).toContain("write e.g. clusters: [{ name: 'prod' }]");
  });

  test('asks for a cluster', async () => {
    const { code, err } = await runCli(folder, 'kubernetes', 'manifests');
    expect(code).toBe(2);
    expect(err).toContain('--cluster <name>');
  });
});

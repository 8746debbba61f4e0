import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const app = join(import.meta.dirname, '../../bin/app.ts');
const folder = mkdtempSync(join(tmpdir(), 'checkrein-app-'));

beforeAll(() => {
  mkdirSync(join(folder, 'config/agents'), { recursive: true });
  writeFileSync(join(folder, 'config/agents/night-shift.yaml'), 'name: Night Shift\n');
  const triage = readFileSync(join(import.meta.dirname, '../../config/agents/triage.yaml'), 'utf8');
  writeFileSync(join(folder, 'config/agents/triage.yaml'), triage.replace(/^logGroups: .*\n/m, ''));
});
afterAll(() => rmSync(folder, { recursive: true }));

const synth = () =>
  new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [app], { cwd: folder }, (error, _, text) =>
      resolve({ code: error?.code, stderr: text }),
    );
  });

test('a mistake in config/ fails synth with a message that names the file, and no stack trace', async () => {
  const { code, stderr } = await synth();
  expect(code).toBe(1);
  expect(stderr).toContain('night-shift.yaml');
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('an agent that reads logs without a list of log groups fails synth, and the message says what to write where', async () => {
  expect((await synth()).stderr).toMatch(
    /config\/agents\/triage\.yaml:1: logGroups: missing: query_logs may read only .* expected names or patterns, such as/,
  );
});

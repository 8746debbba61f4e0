import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const app = join(import.meta.dirname, '../../bin/app.ts');
const folder = mkdtempSync(join(tmpdir(), 'checkrein-app-'));

beforeAll(() => {
  mkdirSync(join(folder, 'config/agents'), { recursive: true });
  writeFileSync(join(folder, 'config/agents/night-shift.yaml'), 'name: Night Shift\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a mistake in config/ fails synth with a message that names the file, and no stack trace', async () => {
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [app], { cwd: folder }, (error, _, text) =>
      resolve({ code: error?.code, stderr: text }),
    );
  });
  expect(code).toBe(1);
  expect(stderr).toContain('night-shift.yaml');
  expect(stderr).not.toMatch(/^\s+at /m);
});

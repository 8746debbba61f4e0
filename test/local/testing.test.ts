import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { expect, test } from 'vitest';
import { toolsWith, type Edits } from '../lib/own-tools/folder.ts';

const ROOT = join(import.meta.dirname, '../..');
const Output = z.object({
  played: z.object({ problems: z.array(z.string()), report: z.string() }),
  checked: z.array(z.string()),
});

/** What the two functions say of an app outside the repository, called by plain Node as a test of a team calls them. */
const inApp = (edits: Edits = {}): Promise<z.infer<typeof Output>> => {
  const app = dirname(toolsWith(edits));
  cpSync(join(ROOT, 'test/fixtures/own-app'), app, { recursive: true });
  cpSync(join(ROOT, 'config/policies'), join(app, 'config/policies'), { recursive: true });
  const code = `import { checkTool, playScenario } from ${JSON.stringify(join(ROOT, 'local/testing.ts'))};
const checked = checkTool('tools/keep-log-days');
const played = checked.length > 0 ? { problems: [], report: '' } : await playScenario('scenarios/logs-grow');
process.stdout.write(JSON.stringify({ checked, played }));`;
  return new Promise((resolve, reject) =>
    execFile(
      process.execPath,
      ['--input-type=module', '-e', code],
      { cwd: app, maxBuffer: 64_000_000 },
      (error, out) => {
        if (error instanceof Error) reject(error);
        else resolve(Output.parse(JSON.parse(out)));
      },
    ),
  );
};

const patient = { timeout: 60_000 };

test('a scenario of a team is played with its configuration and its tools, and passes', patient, async () => {
  const { checked, played } = await inApp();
  expect(checked).toEqual([]);
  expect(played.problems).toEqual([]);
  expect(played.report).toContain('keep_log_days');
});

test('people read the heading of an own tool, before a plan is made and after', patient, async () => {
  const { played } = await inApp({
    'keep-log-days/manifest.ts': [["  kind: 'change',", "  kind: 'change',\n  heading: 'Set how long to keep',"]],
  });
  expect(played.report).toContain('P1: Set how long to keep ');
});

test(
  'a tool that breaks a promise of its manifest only when it runs fails the scenario, in words with its file',
  patient,
  async () => {
    const { played } = await inApp({
      'keep-log-days/tool.ts': [['days: before.days }', 'days: 7 }']],
    });
    expect(played.problems.join('\n')).toContain(
      'The tool keep_log_days (tools/keep-log-days/tool.ts) has an inverse that does not bring the old state',
    );
    expect(played.report).not.toContain('bug in Checkrein');
  },
);

test('checkTool lists each promise that the tool of a folder breaks', patient, async () => {
  const { checked } = await inApp({ 'keep-log-days/manifest.ts': [["scope: 'target'", "scope: 'any'"]] });
  expect(checked).toEqual([
    "tools/keep-log-days/manifest.ts: changes: logs:PutRetentionPolicy has the scope 'any'; expected 'target', so that IAM holds it to the one target",
  ]);
});

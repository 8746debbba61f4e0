import { execFile } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';
import { APP } from './app.ts';
import type { Emulators } from './emulators.ts';
import { awsEnvironment } from './paths.ts';

/** Runs `checkrein` of the package that the app has. Returns its exit code and its standard output. */
export const checkreinCommand = (
  { aws }: Emulators,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number; readonly out: string }> =>
  new Promise((resolve) => {
    const options = { cwd: APP, env: { ...process.env, ...awsEnvironment(aws.url), ...env } };
    execFile(process.execPath, [join(APP, 'node_modules/checkrein/bin/checkrein.js'), ...args], options, (error, out) =>
      resolve({ code: error === null ? 0 : Number(error.code), out }),
    );
  });

const DoctorReport = z.object({
  ready: z.boolean(),
  findings: z.array(
    z.object({
      check: z.string(),
      verdict: z.enum(['ok', 'warn', 'fail']),
      says: z.string(),
      todo: z.string().optional(),
    }),
  ),
});
type Finding = z.infer<typeof DoctorReport>['findings'][number];

/** Runs `checkrein doctor --json`. Returns its exit code and the findings that failed. */
export const doctorReport = async (
  emulators: Emulators,
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number; readonly ready: boolean; readonly failed: readonly Finding[] }> => {
  const { code, out } = await checkreinCommand(emulators, ['doctor', '--json'], env);
  const { ready, findings } = DoctorReport.parse(JSON.parse(out));
  return { code, ready, failed: findings.filter(({ verdict }) => verdict === 'fail') };
};

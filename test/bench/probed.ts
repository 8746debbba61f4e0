import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { InputError } from '../../lambdas/contracts/errors.ts';

const Probed = z.strictObject({ threadMs: z.number(), processMs: z.number(), maxRssMB: z.number() });

/** What a process of Node used, and what it printed. */
export type Probed = z.infer<typeof Probed> & { readonly stdout: string };

/** Runs a script in a process of its own with the probe loaded. */
export const probed = async (folder: string, args: readonly string[], cwd: string): Promise<Probed> => {
  const file = join(folder, 'probe.json');
  const probe = join(import.meta.dirname, 'probe.ts');
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      ['--import', probe, ...args],
      { cwd, env: { ...process.env, CHECKREIN_BENCH_PROBE: file }, maxBuffer: 64 * 2 ** 20 },
      (error, out, errors) => {
        if (error === null) resolve(out);
        else
          reject(
            new InputError(
              args.join(' '),
              `it ended with ${String(error.code)}: ${out.slice(-500)}${errors.slice(-1000)}`,
              'exit code 0',
            ),
          );
      },
    );
  });
  return { ...Probed.parse(JSON.parse(readFileSync(file, 'utf8'))), stdout };
};

import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { InputError } from '../../lambdas/contracts/errors.ts';

const seconds = (minutes: string, rest: string): number => Number(minutes) * 60 + Number(rest);

/** The seconds of CPU in what the shell's `times` prints: its second line is about the processes that it waited for. */
export const childSeconds = (times: string): number => {
  const line = times.trim().split('\n').at(-1) ?? '';
  const parts = [...line.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes = '', rest = '']) => seconds(minutes, rest));
  if (parts.length !== 2) throw new InputError('times', JSON.stringify(line), 'two times such as 0m1.25s');
  return parts.reduce((sum, part) => sum + part, 0);
};

/** Seconds of CPU of a command with all the processes that it starts: bundlers run in processes of their own. */
export const treeCpu = async (
  command: string,
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<number> => {
  const stdout = await new Promise<string>((resolve, reject) => {
    const path = [dirname(process.execPath), join(cwd, 'node_modules/.bin'), process.env['PATH']].join(':');
    const options = { cwd, env: { ...process.env, PATH: path, ...env }, maxBuffer: 64 * 2 ** 20 };
    execFile('sh', ['-c', `(${command}) > /dev/null && times`], options, (error, out, errors) => {
      if (error === null) resolve(out);
      else reject(new InputError(command, `it ended with ${String(error.code)}: ${errors.slice(-1000)}`, 'exit code 0'));
    });
  });
  return childSeconds(stdout);
};

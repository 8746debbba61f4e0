import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { InputError } from '../../lambdas/contracts/errors.ts';

const SCRIPT = join(import.meta.dirname, 'children/tree_cpu.py');

/** Seconds of CPU of a command with all the processes that it starts. Node counts no process that outlives its parent. */
export const treeCpu = async (command: string, cwd: string): Promise<number> => {
  const path = [dirname(process.execPath), join(cwd, 'node_modules/.bin'), process.env['PATH']].join(':');
  const options = { cwd, env: { ...process.env, PATH: path } };
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile('python3', [SCRIPT, command], options, (error, out, errors) => {
      if (error === null) resolve(out);
      else
        reject(new InputError(command, `it ended with ${String(error.code)}: ${errors.slice(-1000)}`, 'exit code 0'));
    });
  });
  return Number(stdout);
};

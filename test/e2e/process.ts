import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { E2eFailure } from './failure.ts';
import { pollUntil } from './progress.ts';

const TAIL_LINES = 40;

/** The end of a log file. */
export const tailOf = (file: string): string =>
  readFileSync(file, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');

/** Runs a command and writes its output to a log. If it fails, the error shows the end of the log. */
export const runWithLog = async (
  command: string,
  args: readonly string[],
  log: string,
  options: SpawnOptions = {},
): Promise<void> => {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = createWriteStream(log);
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const code = await new Promise((resolve) => child.on('close', resolve));
  await new Promise<void>((resolve) => output.end(resolve));
  if (code === 0) return;
  throw new E2eFailure(
    `${command} ${args.join(' ')} ended with ${String(code)}.\n${tailOf(log)}`,
    `The whole log is ${log}.`,
  );
};

/** A server in a child process. */
export interface ServerProcess {
  readonly log: string;
  stop(): Promise<void>;
}

/** Starts a server and waits until it answers HTTP. Its standard input closes when this process ends. */
export const startProcess = async (
  command: string,
  args: readonly string[],
  options: { readonly log: string; readonly url: string; readonly env: NodeJS.ProcessEnv },
): Promise<ServerProcess> => {
  const { log, url, env } = options;
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const output = createWriteStream(log);
  child.stdout.pipe(output);
  child.stderr.pipe(output);
  await pollUntil(`an answer from ${url}`, async () => {
    if (child.exitCode !== null)
      throw new E2eFailure(`${args.join(' ')} ended at once.\n${tailOf(log)}`, `See ${log}.`);
    return fetch(url).catch(() => undefined);
  });
  return { log, stop: () => stop(child) };
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.stdin?.end();
  child.kill('SIGTERM');
  await Promise.race([ended, sleep(3_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))]);
};

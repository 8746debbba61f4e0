import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type * as z from 'zod';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { parseJson } from '../../lambdas/contracts/json.ts';

/** A process that measures rounds: see rounds.ts. */
export interface Participant<T> {
  round(): Promise<T>;
  stop(): void;
}

/** Starts a participant and waits until it is warm. Its measurements are parsed with the schema. */
export const startParticipant = async <T>(
  schema: z.ZodType<T>,
  command: string,
  args: readonly string[],
): Promise<Participant<T>> => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  child.on('error', (error) => (errors += error.message));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true)
      throw new InputError(args.join(' '), `the process ended: ${errors.slice(-2000)}`, 'a measurement');
    return line.value;
  };
  await next();
  return {
    round: async () => {
      child.stdin.write('round\n');
      return schema.parse(parseJson(await next()));
    },
    stop: () => void child.kill(),
  };
};

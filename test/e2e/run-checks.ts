import { errorText } from '../../lib/explain-mistakes.ts';
import { print } from './progress.ts';

/** A promise about a real server, and what shows it. */
export interface ServerCheck<Server> {
  readonly promise: string;
  readonly run: (server: Server) => Promise<void>;
}

/** Runs every check, also after one failed: each uses objects of its own. If one failed, the process ends with 1. */
export const runChecks = async <Server>(server: Server, checks: readonly ServerCheck<Server>[]): Promise<void> => {
  let failed = 0;
  for (const { promise, run } of checks) {
    const error = await run(server).then(
      () => undefined,
      (thrown: unknown) => thrown ?? 'nothing was thrown',
    );
    print(`  ${error === undefined ? 'ok     ' : 'FAILED '}  ${promise}`);
    if (error === undefined) continue;
    failed += 1;
    print(errorText(error).replaceAll(/^/gm, '           '));
  }
  if (failed > 0) process.exitCode = 1;
  print(`${checks.length - failed} passed, ${failed} failed`);
};

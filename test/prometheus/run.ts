import { errorText } from '../../bin/io/output.ts';
import type { ServerProcess } from '../e2e/process.ts';
import { print } from '../e2e/progress.ts';
import { CHECKS } from './checks.ts';
import { startPrometheus } from './server.ts';

/** Everything that was started and must be stopped. */
const started: ServerProcess[] = [];
const stopAll = async (): Promise<void> => {
  for (const one of started.splice(0)) await one.stop();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(1)));

try {
  const server = await startPrometheus((one) => started.unshift(one));
  let failed = 0;
  for (const { promise, run } of CHECKS) {
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
  print(`${CHECKS.length - failed} passed, ${failed} failed`);
} catch (error) {
  print(`FAILED: ${errorText(error)}`);
  process.exitCode = 1;
} finally {
  await stopAll();
}

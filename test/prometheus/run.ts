import { errorText } from '../../lib/explain-mistakes.ts';
import { print } from '../e2e/progress.ts';
import { runChecks } from '../e2e/run-checks.ts';
import { stopAll, stopAtEnd } from '../e2e/stop-at-end.ts';
import { CHECKS } from './checks.ts';
import { startPrometheus } from './server.ts';

try {
  await runChecks(await startPrometheus(stopAtEnd), CHECKS);
} catch (error) {
  print(`FAILED: ${errorText(error)}`);
  process.exitCode = 1;
} finally {
  await stopAll();
}

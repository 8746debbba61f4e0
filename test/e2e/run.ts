import { once } from 'node:events';
import { errorText } from '../../lib/explain-mistakes.ts';
import { APP, removeApp } from './app.ts';
import { diagnosis } from './diagnosis.ts';
import { startEmulators, type Emulators } from './emulators.ts';
import { timedStep, print } from './progress.ts';
import { pythonWithEmulators } from './python.ts';
import { assertNothingDenied } from './requests.ts';
import { stopAll, stopAtEnd } from './stop-at-end.ts';
import { setUpEnvironment } from './set-up.ts';
import { approvedChange } from './scenarios/approved-change.ts';
import { duplicateAlarm } from './scenarios/duplicate-alarm.ts';
import { deniedChange } from './scenarios/denied-change.ts';
import { destroy } from './scenarios/destroy.ts';
import { brokenSetUp } from './scenarios/broken-set-up.ts';
import { moments } from './scenarios/moments.ts';
import { question } from './scenarios/question.ts';
import { firstAlarm } from './scenarios/first-alarm.ts';
import { upgrade } from './scenarios/upgrade.ts';

/** In the order of docs/deploy.md, whose blocks they run. */
const SCENARIOS = [
  firstAlarm,
  approvedChange,
  deniedChange,
  duplicateAlarm,
  moments,
  question,
  brokenSetUp,
  upgrade,
  destroy,
] as const;

const runScenarios = async (python: string, emulators: Emulators): Promise<void> => {
  const keep = process.argv.includes('--keep');
  if (!keep) stopAtEnd({ stop: async () => removeApp() });
  const environment = await setUpEnvironment(python, emulators, stopAtEnd);
  for (const scenario of SCENARIOS) {
    // --keep keeps the deployed stack.
    if (scenario === destroy && keep) break;
    print(scenario.name);
    await scenario(environment);
  }
  assertNothingDenied(emulators);
  if (!keep) environment.guide.assertAllRun();
  print(`passed in ${Math.round(performance.now() / 1000)} s`);
  if (!keep) return;
  print(
    `AWS is at ${emulators.aws.url}, EC2 and Auto Scaling at ${emulators.compute.url}. The app is in ${APP}. Ctrl-C ends the emulators.`,
  );
  await once(process, 'SIGINT');
};

try {
  const python = await timedStep('Python with the emulators', pythonWithEmulators);
  const emulators = stopAtEnd(await timedStep('MiniStack and moto', () => startEmulators(python)));
  await runScenarios(python, emulators).catch(async (error: unknown) => {
    print(await diagnosis(emulators));
    throw error;
  });
} catch (error) {
  print(`FAILED: ${errorText(error)}`);
  process.exitCode = 1;
} finally {
  await stopAll();
}

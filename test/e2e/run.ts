import { once } from 'node:events';
import { CheckreinError } from '../../lambdas/contracts/errors.ts';
import { diagnosis } from './diagnosis.ts';
import { startEmulators, type Emulators } from './emulators.ts';
import { doing, say } from './progress.ts';
import { pythonWithEmulators } from './python.ts';
import { assertNothingDenied } from './requests.ts';
import { setStage } from './set-up.ts';
import { approved } from './scenarios/approved.ts';
import { copiesScenario } from './scenarios/copies.ts';
import { denied } from './scenarios/denied.ts';
import { destroy } from './scenarios/destroy.ts';
import { doctorScenario } from './scenarios/doctor.ts';
import { firstAlarm } from './scenarios/first-alarm.ts';
import { upgrade } from './scenarios/upgrade.ts';

/** What was started and has to be stopped, newest first. */
const started: { stop(): Promise<void> }[] = [];
const remembered = <T extends { stop(): Promise<void> }>(one: T): T => {
  started.unshift(one);
  return one;
};
const stopAll = async (): Promise<void> => {
  for (const one of started.splice(0)) await one.stop();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(1)));

/** In the order of docs/deploy.md, which they follow. */
const SCENARIOS = [firstAlarm, approved, denied, copiesScenario, doctorScenario, upgrade, destroy] as const;

const play = async (python: string, emulators: Emulators): Promise<void> => {
  const environment = await setStage(python, emulators, remembered);
  for (const story of SCENARIOS) {
    // What is kept for a look is the deployed stack.
    if (story === destroy && process.argv.includes('--keep')) break;
    say(story.name);
    await story(environment);
  }
  assertNothingDenied(emulators);
  if (!process.argv.includes('--keep')) environment.reader.mustBeAtTheEnd();
  say(`passed in ${Math.round(performance.now() / 1000)} s`);
  if (!process.argv.includes('--keep')) return;
  say(`AWS is at ${emulators.aws.url}, EC2 and Auto Scaling at ${emulators.compute.url}. Ctrl-C ends them.`);
  await once(process, 'SIGINT');
};

try {
  const python = await doing('Python with the emulators', pythonWithEmulators);
  const emulators = remembered(await doing('MiniStack and moto', () => startEmulators(python)));
  await play(python, emulators).catch(async (error: unknown) => {
    say(await diagnosis(emulators));
    throw error;
  });
} catch (error) {
  const text =
    error instanceof CheckreinError
      ? `${error.message}\n${error.advice}`
      : error instanceof Error
        ? error.stack
        : error;
  say(`FAILED: ${String(text)}`);
  process.exitCode = 1;
} finally {
  await stopAll();
}

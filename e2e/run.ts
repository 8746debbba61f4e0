import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { once } from 'node:events';
import { CheckreinError } from '../lambdas/errors.ts';
import { MessagesApi } from '../test/fakes/messages-api.ts';
import { startBrowser } from './browser.ts';
import { clientsOf } from './clients.ts';
import { diagnosis } from './diagnosis.ts';
import { startEmulators, type Emulators } from './emulators.ts';
import { openInbox } from './inbox.ts';
import { doing, say } from './progress.ts';
import { pythonWithEmulators } from './python.ts';
import { assertNothingDenied } from './requests.ts';
import { bootstrapAccount, deployStack, switchedOff, synthesizeStack } from './stack.ts';
import type { Stage } from './stage.ts';
import { approved } from './stories/approved.ts';
import { copies } from './stories/copies.ts';
import { denied } from './stories/denied.ts';
import { startWorkload } from './workload.ts';

/** Of tier 1 in config/deployment.ts. */
const APPROVER = 'sre-oncall@example.com';

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

/** An emulated account with the stack in it, a workload, a model, an approver. */
const setStage = async (emulators: Emulators): Promise<Stage> => {
  const claude = remembered(await MessagesApi.start());
  await Promise.all([
    doing('cdk synth', () => synthesizeStack(emulators, claude.baseUrl)),
    doing('cdk bootstrap', () => bootstrapAccount(emulators)),
  ]);
  const outputs = await doing('cdk deploy', () => deployStack(emulators));
  say(`           switched off for the emulator: ${switchedOff().join(', ') || 'nothing'}`);
  const clients = clientsOf(emulators);
  await clients.secrets.send(
    new PutSecretValueCommand({ SecretId: outputs.ModelKeySecret, SecretString: 'key-of-e2e' }),
  );
  const workload = await doing('an instance, a group, alarms and an hour of metrics', () => startWorkload(clients));
  const inbox = remembered(await openInbox(clients, APPROVER));
  const browser = remembered(await doing('Chromium', () => startBrowser(emulators.aws.port)));
  return { emulators, clients, outputs, workload, claude, inbox, browser };
};

const play = async (emulators: Emulators): Promise<void> => {
  const stage = await setStage(emulators);
  for (const story of [approved, denied, copies]) {
    say(story.name);
    await story(stage);
  }
  assertNothingDenied(emulators);
  say(`passed in ${Math.round(performance.now() / 1000)} s`);
  if (!process.argv.includes('--keep')) return;
  say(`AWS is at ${emulators.aws.url}, EC2 and Auto Scaling at ${emulators.compute.url}. Ctrl-C ends them.`);
  await once(process, 'SIGINT');
};

try {
  const python = await doing('Python with the emulators', pythonWithEmulators);
  const emulators = remembered(await doing('MiniStack and moto', () => startEmulators(python)));
  await play(emulators).catch(async (error: unknown) => {
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

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MessagesApi } from '../fakes/messages-api.ts';
import { startBrowser } from './browser.ts';
import { doctorReport } from './cli.ts';
import { clientsOf } from './clients.ts';
import { addSettings, APP, assertInstalled, emulatorSettings, makeApp } from './app.ts';
import type { Emulators } from './emulators.ts';
import { confirmSubscriptions, openMailbox } from './mailbox.ts';
import { NOTIFIER_SETTINGS, NOTIFIER_TOPICS } from './notifiers.ts';
import { timedStep, print } from './progress.ts';
import { openDeployGuide, type DeployGuide } from './deploy-guide.ts';
import { failedFirstDeploy } from './scenarios/failed-first-deploy.ts';
import { openShell } from './shell.ts';
import { outputsOf, switchedOff } from './stack.ts';
import type { E2eEnvironment } from './environment.ts';
import { openTopics } from './topics.ts';
import { startWorkload } from './workload.ts';

/** Registers something to be stopped at the end of the run. */
type StopAtEnd = <T extends { stop(): Promise<void> }>(one: T) => T;

/** The approver in template/config/deployment.ts. */
const APPROVER = 'sre-oncall@example.com';

/** An emulated account with the stack, deployed as in docs/deploy.md; a workload, a model and an approver. */
export const setUpEnvironment = async (
  python: string,
  emulators: Emulators,
  stopAtEnd: StopAtEnd,
): Promise<E2eEnvironment> => {
  const claude = stopAtEnd(await MessagesApi.start());
  const packages = await makeApp();
  addSettings(...emulatorSettings(emulators, claude.baseUrl), NOTIFIER_SETTINGS);
  const shell = openShell(python, emulators);
  const guide = openDeployGuide(shell);
  await guide.runNext('npm install');
  assertInstalled(packages.previous);
  await guide.runNext('npx cdk synth --quiet');
  await guide.runNext('npx cdk bootstrap');
  const notified = stopAtEnd(await openTopics(clientsOf(emulators), Object.values(NOTIFIER_TOPICS)));
  await failedFirstDeploy(clientsOf(emulators), shell, guide);
  await deploy(emulators, guide, claude);
  print(`           switched off for the emulator: ${switchedOff().join(', ') || 'nothing'}`);
  const clients = clientsOf(emulators);
  const outputs = await outputsOf(clients);
  const workload = await timedStep('an instance, a group, alarms and an hour of metrics', () => startWorkload(clients));
  const mailbox = stopAtEnd(await openMailbox(clients, APPROVER));
  const browser = stopAtEnd(await timedStep('Chromium', () => startBrowser(emulators.aws.port)));
  return { emulators, shell, guide, clients, outputs, workload, claude, mailbox, browser, notified, packages };
};

/** Deploys into the empty account and completes the set-up, until the doctor reports that it is ready. */
const deploy = async (emulators: Emulators, guide: DeployGuide, claude: MessagesApi): Promise<void> => {
  assert.match(await guide.runNext('npx cdk deploy Checkrein'), /IAM Statement Changes[^]*\(y\/n\)[^]*✅ {2}Checkrein/);
  await timedStep('the doctor, before the key is stored and subscriptions are confirmed', async () => {
    const { code, failed } = await doctorReport(emulators);
    assert.equal(code, 1);
    assert.deepEqual(
      failed.map(({ check }) => check),
      ['model key', 'approvers', 'models'],
    );
    assert.match(failed[0]?.says ?? '', /still holds the value that the deployment generated/);
    assert(failed[1]?.says.includes(APPROVER), `the doctor does not name ${APPROVER}`);
    assert.match(failed[1]?.says ?? '', /is not confirmed/);
  });
  await guide.runNext('out() {');
  writeFileSync(join(APP, 'model-key'), 'key-of-e2e');
  await guide.runNext('aws secretsmanager put-secret-value');
  await confirmSubscriptions(emulators, [APPROVER]);
  const asked = claude.requests.length;
  assert.match(await guide.runNext('npx checkrein doctor'), /\nok +dry incident[^]*\nok +models[^]*\nReady\.\n/);
  const { body } = claude.requests[asked] ?? {};
  assert.deepEqual([body?.max_tokens, body?.tools], [1, undefined]);
};

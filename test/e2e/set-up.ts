import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deployment } from '../../config/deployment.ts';
import { MessagesApi } from '../fakes/messages-api.ts';
import { startBrowser } from './browser.ts';
import { examined } from './checkrein.ts';
import { clientsOf } from './clients.ts';
import { CLONE, configure, makeClone } from './clone.ts';
import type { Emulators } from './emulators.ts';
import { confirmSubscriptions, openMailbox } from './mailbox.ts';
import { doing, say } from './progress.ts';
import { openDeployPage, type Reader } from './reader.ts';
import { openShell } from './shell.ts';
import { outputsOf, switchedOff } from './stack.ts';
import type { Environment } from './environment.ts';
import { startWorkload } from './workload.ts';

/** Keeps what has to be stopped at the end. */
type Remember = <T extends { stop(): Promise<void> }>(one: T) => T;

const EMAILS = deployment.approvers.map(({ email }) => email);
/** Of tier 1 in config/deployment.ts. */
const APPROVER = 'sre-oncall@example.com';

/** An emulated account with the stack in it, as docs/deploy.md says it; a workload, a model, an approver. */
export const setStage = async (python: string, emulators: Emulators, remembered: Remember): Promise<Environment> => {
  const claude = remembered(await MessagesApi.start());
  makeClone();
  configure(emulators, claude.baseUrl);
  const shell = openShell(python, emulators);
  const reader = openDeployPage(shell);
  await deploy(emulators, reader);
  say(`           switched off for the emulator: ${switchedOff().join(', ') || 'nothing'}`);
  const clients = clientsOf(emulators);
  const outputs = await outputsOf(clients);
  const workload = await doing('an instance, a group, alarms and an hour of metrics', () => startWorkload(clients));
  const mailbox = remembered(await openMailbox(clients, APPROVER));
  const browser = remembered(await doing('Chromium', () => startBrowser(emulators.aws.port)));
  return { emulators, shell, reader, clients, outputs, workload, claude, mailbox, browser };
};

/** From the empty account to a deployment of which the doctor says that it is ready. */
const deploy = async (emulators: Emulators, reader: Reader): Promise<void> => {
  await reader.follow('npx cdk synth --quiet');
  await reader.follow('npx cdk bootstrap');
  assert.match(await reader.follow('npx cdk deploy Checkrein'), /IAM Statement Changes[^]*\(y\/n\)[^]*✅ {2}Checkrein/);
  await doing('the doctor, before the key is stored and subscriptions are confirmed', async () => {
    const { code, failed } = await examined(emulators);
    assert.equal(code, 1);
    assert.deepEqual(
      failed.map(({ check }) => check),
      ['model key', 'approvers'],
    );
    assert.match(failed[0]?.says ?? '', /still holds the value that the deployment generated/);
    for (const email of EMAILS) assert(failed[1]?.says.includes(email), `the doctor does not name ${email}`);
    assert.match(failed[1]?.says ?? '', /is not confirmed/);
  });
  await reader.follow('out() {');
  writeFileSync(join(CLONE, 'model-key'), 'key-of-e2e');
  await reader.follow('aws secretsmanager put-secret-value');
  await confirmSubscriptions(emulators, EMAILS);
  assert.match(await reader.follow('npx checkrein doctor'), /\nReady\.\n/);
};

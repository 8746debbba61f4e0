import assert from 'node:assert/strict';
import type { Cloud, CloudRequest } from '../../lambdas/contracts/ports.ts';
import type { ServerCheck } from '../e2e/run-checks.ts';
import type { ApiServer } from './api-server.ts';
import { refusalOf } from './client.ts';

/** A promise about a real cluster, and what shows it. */
export type Check = ServerCheck<ApiServer>;

/** The admission policy refuses the call with this message. */
export const assertDenied = async (cloud: Cloud, call: CloudRequest, message: RegExp): Promise<void> => {
  const refusal = await refusalOf(cloud, call);
  assert(refusal !== undefined, `the cluster accepted ${call.command}: ${JSON.stringify(call.input)}`);
  assert.match(refusal.awsMessage, /ValidatingAdmissionPolicy 'checkrein-one-change'/);
  assert.match(refusal.awsMessage, message);
};

/** The API server refuses the call for this reason. */
export const assertRefused = async (
  cloud: Cloud,
  call: CloudRequest,
  reason: string,
  message: RegExp,
): Promise<void> => {
  const refusal = await refusalOf(cloud, call);
  assert(refusal !== undefined, `the cluster accepted ${call.command}: ${JSON.stringify(call.input)}`);
  assert.equal(refusal.code, reason);
  assert.match(refusal.awsMessage, message);
};

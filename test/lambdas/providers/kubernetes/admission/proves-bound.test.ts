import { describe, expect, test } from 'vitest';
import { ERROR } from '../../../../../lambdas/contracts/error-names.ts';
import { CloudError, StepError, ToolRefusal } from '../../../../../lambdas/contracts/errors.ts';
import type { CloudRequest } from '../../../../../lambdas/contracts/ports.ts';
import { provesBound } from '../../../../../lambdas/providers/kubernetes/admission/proves-bound.ts';

const PATCH = { service: 'apps/v1', command: 'patch deployments', namespace: 'shop', name: 'web' };
const EVICT = { service: 'v1', command: 'create pods/eviction', namespace: 'shop', name: 'web-1' };

/** A cluster that answers every call so. */
const clusterThat = (answers: () => unknown) => {
  const requests: CloudRequest[] = [];
  const send = async (request: CloudRequest) => {
    requests.push(request);
    return answers();
  };
  return { account: '123456789012', region: 'eu-west-1', requests, send };
};
const refusing = (message: string) =>
  clusterThat(() => {
    throw new CloudError('Forbidden', message);
  });

const DENIAL = `deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'checkrein-one-change' with binding 'checkrein-one-change' denied request: Checkrein: scale_workload may change only spec.replicas`;

describe('that the policy is bound', () => {
  test.each([PATCH, EVICT])('is proved by its own refusal of a dry run: $command', async (proof) => {
    const cluster = refusing(DENIAL);
    await provesBound(cluster, proof);
    expect(cluster.requests).toMatchObject([{ command: proof.command, input: { query: { dryRun: 'All' } } }]);
  });

  test('is disproved by a dry run that passes', async () => {
    await expect(
      provesBound(
        clusterThat(() => ({})),
        PATCH,
      ),
    ).rejects.toThrow(/is not bound: the cluster accepted/);
  });

  test.each([
    ['RBAC', 'User "x" cannot patch resource "deployments"'],
    ['another policy', "ValidatingAdmissionPolicy 'other' with binding 'other' denied request: Checkrein: no"],
    [
      'an error of the policy',
      "ValidatingAdmissionPolicy 'checkrein-one-change' with binding 'checkrein-one-change' denied request: expression 'x' resulted in error: no such key",
    ],
  ])('is not proved by a refusal of %s', async (_, message) => {
    const proof = provesBound(refusing(message), PATCH);
    await expect(proof).rejects.toThrow(ToolRefusal);
    await expect(proof).rejects.toThrow(/not proved/);
  });

  test('stays open where the cluster does not answer, so that the step is tried again', async () => {
    const unavailable = new StepError(ERROR.cloudUnavailable, 'The cluster did not answer.', 'Try again later.');
    const cluster = clusterThat(() => {
      throw unavailable;
    });
    await expect(provesBound(cluster, PATCH)).rejects.toBe(unavailable);
  });
});

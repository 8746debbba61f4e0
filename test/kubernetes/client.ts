import { CloudError, type CheckreinError, StepError, ToolRefusal } from '../../lambdas/contracts/errors.ts';
import type { Cloud, CloudRequest } from '../../lambdas/contracts/ports.ts';
import { USAGE } from '../../lambdas/contracts/usage.ts';
import { clusterRequest, VERSION_REQUEST } from '../../lambdas/providers/kubernetes/call.ts';
import { clusterClient, type ClusterEndpoint } from '../../lambdas/providers/kubernetes/client.ts';
import { clusterUnavailable } from '../../lambdas/providers/kubernetes/errors.ts';
import { httpsSender } from '../../lambdas/adapters/https.ts';

/** Sends the requests of tools to the real API server with our client, as the owner of a token. */
export const cloudOf = (endpoint: ClusterEndpoint, token: string): Cloud => {
  const client = clusterClient(endpoint, { token: async () => token });
  return {
    account: '123456789012',
    region: 'eu-west-1',
    send: async (request) => {
      // As of a cluster whose settings name no source.
      if (request.service === USAGE) throw new ToolRefusal('Nobody knows the usage of this cluster over time.');
      return client(clusterRequest(request), 'e2e');
    },
  };
};

/** What the server answers the owner of a token about its version. */
export const versionOf = (endpoint: ClusterEndpoint, token: string): Promise<unknown> =>
  clusterClient(endpoint, { token: async () => token })(VERSION_REQUEST, 'e2e');

/** Whether the server says that it is ready. */
export const isReady = async ({ endpoint, certificateAuthority }: ClusterEndpoint, token: string): Promise<boolean> => {
  const send = httpsSender({ certificateAuthority, keepAlive: false, unavailable: clusterUnavailable });
  const headers = { authorization: `Bearer ${token}` };
  const { status } = await send({ call: 'readyz', url: new URL('/readyz', endpoint), method: 'GET', headers });
  return status === 200;
};

/** What a call was refused with. Undefined if it was not refused. */
export const refusalOf = async (cloud: Cloud, call: CloudRequest): Promise<CloudError | undefined> => {
  const error = await failureOf(cloud, call);
  if (error === undefined || error instanceof CloudError) return error;
  throw error;
};

/** What a call failed with: a refusal, or a server that has no other answer than 500. */
export const failureOf = async (cloud: Cloud, call: CloudRequest): Promise<CheckreinError | undefined> =>
  cloud.send(call).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof CloudError || error instanceof StepError) return error;
      throw error;
    },
  );

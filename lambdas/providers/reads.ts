import type { CloudAccess } from '../contracts/ports.ts';
import type { LambdaRuntime } from '../runtime/serve.ts';
import { cloudAccess } from './access.ts';
import { awsCloudAccess } from './aws/cloud.ts';
import { memberAccess } from './aws/member-access.ts';
import { awsReads } from './aws/provider.ts';
import type { Installation } from './installed.ts';
import { kubernetesReads } from './kubernetes/reads.ts';

/** The reads of every installed provider, for a function that reads. */
export const installedReads = (runtime: LambdaRuntime, { providers, ownCommands }: Installation): CloudAccess => {
  const members = memberAccess('memberReadRole', runtime);
  const { agents, settings } = runtime.rules;
  return cloudAccess(providers, [
    awsReads(awsCloudAccess({ ...runtime, ownCommands, members })),
    kubernetesReads({ ...runtime, members, agents, clusters: settings.clusters }),
  ]);
};

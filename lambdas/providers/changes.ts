import type { ChangeCredentials, ClusterTest } from '../contracts/ports.ts';
import type { LambdaRuntime } from '../runtime/serve.ts';
import { changeCredentials } from './access.ts';
import { stsChangeCredentials } from './aws/change-credentials.ts';
import { memberAccess } from './aws/member-access.ts';
import { awsChanges } from './aws/provider.ts';
import { kubernetesChanges } from './kubernetes/changes.ts';
import { kubernetesTest } from './kubernetes/doctor.ts';
import type { Installation } from './installed.ts';

/** The change credentials of every installed provider, for the change zone alone. */
export const installedChanges = (
  runtime: LambdaRuntime,
  { providers, ownCommands }: Installation,
): ChangeCredentials => {
  const roleArn = runtime.env('changeRole');
  const members = memberAccess('memberChangeRole', runtime);
  return changeCredentials(runtime, providers, [
    awsChanges(stsChangeCredentials({ ...runtime, ownCommands, roleArn, members })),
    kubernetesChanges(kubernetesOptions(runtime)),
  ]);
};

/** The test of a cluster for a run of the doctor, for the change zone alone. */
export const installedClusterTest = (runtime: LambdaRuntime, { catalogue }: Installation): ClusterTest =>
  kubernetesTest({ ...kubernetesOptions(runtime), manifests: catalogue.manifests });

const kubernetesOptions = (runtime: LambdaRuntime) => ({
  ...runtime,
  roleArn: runtime.env('changeRole'),
  changeMembers: memberAccess('memberChangeRole', runtime),
  members: memberAccess('memberReadRole', runtime),
  agents: runtime.rules.agents,
  clusters: runtime.rules.settings.clusters,
});

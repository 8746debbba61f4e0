import type { ChangeCredentials } from '../contracts/ports.ts';
import type { LambdaRuntime } from '../runtime/serve.ts';
import { changeCredentials } from './access.ts';
import { stsChangeCredentials } from './aws/change-credentials.ts';
import { memberAccess } from './aws/member-access.ts';
import { awsChanges } from './aws/provider.ts';
import { kubernetesChanges } from './kubernetes/changes.ts';
import { INSTALLED } from './installed.ts';

/** The change credentials of every installed provider, for the change zone alone. */
export const installedChanges = (runtime: LambdaRuntime): ChangeCredentials => {
  const roleArn = runtime.env('changeRole');
  const changeMembers = memberAccess('memberChangeRole', runtime);
  const { agents, settings } = runtime.rules;
  return changeCredentials(runtime, INSTALLED.providers, [
    awsChanges(stsChangeCredentials({ ...runtime, roleArn, members: changeMembers })),
    kubernetesChanges({
      ...runtime,
      roleArn,
      changeMembers,
      members: memberAccess('memberReadRole', runtime),
      agents,
      clusters: settings.clusters,
    }),
  ]);
};

import type { ChangeCredentials } from '../contracts/ports.ts';
import type { LambdaRuntime } from '../runtime/serve.ts';
import { changeCredentials } from './access.ts';
import { stsChangeCredentials } from './aws/change-credentials.ts';
import { memberAccess } from './aws/member-access.ts';
import { awsChanges } from './aws/provider.ts';
import { INSTALLED } from './installed.ts';

/** The change credentials of every installed provider, for the change zone alone. */
export const installedChanges = (runtime: LambdaRuntime): ChangeCredentials =>
  changeCredentials(INSTALLED.providers, [
    awsChanges(
      stsChangeCredentials({
        ...runtime,
        roleArn: runtime.env('changeRole'),
        members: memberAccess('memberChangeRole', runtime),
      }),
    ),
  ]);

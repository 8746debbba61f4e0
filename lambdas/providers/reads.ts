import type { CloudAccess } from '../contracts/ports.ts';
import type { LambdaRuntime } from '../runtime/serve.ts';
import { cloudAccess } from './access.ts';
import { awsCloudAccess } from './aws/cloud.ts';
import { memberAccess } from './aws/member-access.ts';
import { awsReads } from './aws/provider.ts';
import { INSTALLED } from './installed.ts';

/** The reads of every installed provider, for a function that reads. */
export const installedReads = (runtime: LambdaRuntime): CloudAccess =>
  cloudAccess(INSTALLED.providers, [
    awsReads(awsCloudAccess({ ...runtime, members: memberAccess('memberReadRole', runtime) })),
  ]);

import { awsCloudAccess } from '../../adapters/aws/cloud.ts';
import { basics, memberAccess } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { verify } from './step.ts';

export const handler = serve(verify, (runtime) => ({
  ...basics(runtime),
  cloud: awsCloudAccess({ ...runtime, members: memberAccess('memberReadRole', runtime) }),
}));

import { awsCloudAccess } from '../../providers/aws/cloud.ts';
import { memberAccess } from '../../providers/aws/member-access.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { verify } from './step.ts';

export const handler = serve(verify, (runtime) => ({
  ...basicPorts(runtime),
  cloud: awsCloudAccess({ ...runtime, members: memberAccess('memberReadRole', runtime) }),
}));

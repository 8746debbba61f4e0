import { awsCloudAccess } from '../../providers/aws/cloud.ts';
import { memberAccess } from '../../providers/aws/member-access.ts';
import { busFollowUps } from '../../adapters/aws/follow-ups.ts';
import { kmsSealer } from '../../adapters/aws/kms.ts';
import { reportsPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { close } from './step.ts';

export const handler = serve(close, (runtime) => ({
  ...reportsPorts(runtime),
  cloud: awsCloudAccess({ ...runtime, members: memberAccess('memberReadRole', runtime) }),
  followUps: busFollowUps(),
  sealer: kmsSealer(runtime.env('sealKey')),
}));

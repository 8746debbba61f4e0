import { installedReads } from '../../providers/reads.ts';
import { busFollowUps } from '../../adapters/aws/follow-ups.ts';
import { kmsSealer } from '../../adapters/aws/kms.ts';
import { reportsPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { close } from './step.ts';

export const handler = serve(close, (runtime) => ({
  ...reportsPorts(runtime),
  cloud: installedReads(runtime),
  followUps: busFollowUps(),
  sealer: kmsSealer(runtime.env('sealKey')),
}));

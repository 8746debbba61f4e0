import { installedReads } from '../../providers/reads.ts';
import { busFollowUps } from '../../adapters/aws/follow-ups.ts';
import { kmsSealer } from '../../adapters/aws/kms.ts';
import { reportsPorts } from '../../adapters/wiring.ts';
import { lambda } from '../../runtime/serve.ts';
import { closeStopped } from './stopped.ts';

export const handler = lambda(
  'stopped',
  (runtime) => ({
    ...reportsPorts(runtime),
    cloud: installedReads(runtime),
    followUps: busFollowUps(),
    sealer: kmsSealer(runtime.env('sealKey')),
  }),
  closeStopped,
);

import type { Installation } from '../../providers/installed.ts';
import { installedReads } from '../../providers/reads.ts';
import { busFollowUps } from '../../adapters/aws/follow-ups.ts';
import { kmsSealer } from '../../adapters/aws/kms.ts';
import { reportsPorts } from '../../adapters/wiring.ts';
import { lambda } from '../../runtime/serve.ts';
import { closeStopped } from './stopped.ts';

/** The function, for what is installed. */
export const handlerOf = (installed: Installation) =>
  lambda(
    'stopped',
    (runtime) => ({
      ...reportsPorts(runtime),
      cloud: installedReads(runtime, installed),
      followUps: busFollowUps(),
      sealer: kmsSealer(runtime.env('sealKey')),
    }),
    closeStopped,
  );

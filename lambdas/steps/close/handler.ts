import type { Installation } from '../../providers/installed.ts';
import { installedReads } from '../../providers/reads.ts';
import { busFollowUps } from '../../adapters/aws/follow-ups.ts';
import { kmsSealer } from '../../adapters/aws/kms.ts';
import { reportsPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { close } from './step.ts';

/** The function, for what is installed. */
export const handlerOf = (installed: Installation) =>
  serve(close, (runtime) => ({
    ...reportsPorts(runtime),
    cloud: installedReads(runtime, installed),
    followUps: busFollowUps(),
    sealer: kmsSealer(runtime.env('sealKey')),
  }));

import { kmsSealer } from '../../adapters/aws/kms.ts';
import { reportsPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { close } from './step.ts';

export const handler = serve(close, (runtime) => ({
  ...reportsPorts(runtime),
  sealer: kmsSealer(runtime.env('sealKey')),
}));

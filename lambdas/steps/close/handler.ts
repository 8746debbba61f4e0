import { kmsSealer } from '../../adapters/aws/kms.ts';
import { snsNotifier } from '../../adapters/aws/notifier.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { close } from './step.ts';

export const handler = serve(close, (runtime) => ({
  ...basicPorts(runtime),
  notifier: snsNotifier(runtime.env('topic')),
  sealer: kmsSealer(runtime.env('sealKey')),
}));

import { kmsSealer } from '../../adapters/aws/kms.ts';
import { snsNotifier } from '../../adapters/aws/notifier.ts';
import { basics } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { close } from './step.ts';

export const handler = serve(close, (surroundings) => ({
  ...basics(surroundings),
  notifier: snsNotifier(surroundings.env('topic')),
  sealer: kmsSealer(surroundings.env('sealKey')),
}));

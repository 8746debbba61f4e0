import { kmsSealer } from '../../adapters/aws/kms.ts';
import { snsNotifier } from '../../adapters/aws/notifier.ts';
import { basics } from '../../adapters/wiring.ts';
import { lambda } from '../../runtime/serve.ts';
import { closeStopped } from './stopped.ts';

export const handler = lambda(
  'stopped',
  (surroundings) => ({
    ...basics(surroundings),
    notifier: snsNotifier(surroundings.env('topic')),
    sealer: kmsSealer(surroundings.env('sealKey')),
  }),
  closeStopped,
);

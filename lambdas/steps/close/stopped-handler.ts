import { kmsSealer } from '../../adapters/aws/kms.ts';
import { snsNotifier } from '../../adapters/aws/notifier.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { lambda } from '../../runtime/serve.ts';
import { closeStopped } from './stopped.ts';

export const handler = lambda(
  'stopped',
  (runtime) => ({
    ...basicPorts(runtime),
    notifier: snsNotifier(runtime.env('topic')),
    sealer: kmsSealer(runtime.env('sealKey')),
  }),
  closeStopped,
);

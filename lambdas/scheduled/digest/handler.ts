import { snsNotifier } from '../../adapters/aws/notifier.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { lambda } from '../../runtime/serve.ts';
import { assertScheduled } from '../scheduled-event.ts';
import { sendDigest } from './digest.ts';

export const handler = lambda(
  'digest',
  (runtime) => ({ ...basicPorts(runtime), notifier: snsNotifier(runtime.env('reportsTopic')) }),
  (event, ports) => {
    assertScheduled(event);
    return sendDigest(ports);
  },
);

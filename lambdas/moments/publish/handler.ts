import { defaultEventBus } from '../../adapters/aws/event-bus.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { lambda } from '../../runtime/serve.ts';
import { publish } from './publish.ts';

export const handler = lambda(
  'moments',
  (runtime) => ({
    ledger: basicPorts(runtime).ledger,
    bus: defaultEventBus(),
    pageUrl: runtime.env('pageUrl').replace(/\/$/, ''),
    onProblem: (says: string, about: object | undefined) => runtime.logger.warn(says, { about }),
  }),
  publish,
);

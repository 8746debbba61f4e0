import { sfnCallbacks } from '../../adapters/aws/callbacks.ts';
import { kmsMacGenerator } from '../../adapters/aws/kms.ts';
import { snsNotifier } from '../../adapters/aws/notifier.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import { serve } from '../../runtime/serve.ts';
import { ask } from './ask.ts';

export const handler = serve(ask, (runtime) => ({
  ...basicPorts(runtime),
  policy: policyEngine(runtime.rules),
  linkMac: kmsMacGenerator(runtime.env('linkKey')),
  notifier: snsNotifier(runtime.env('topic')),
  callbacks: sfnCallbacks(),
  pageUrl: runtime.env('pageUrl').replace(/\/$/, ''),
}));

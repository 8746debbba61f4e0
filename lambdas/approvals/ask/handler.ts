import { sfnCallbacks } from '../../adapters/aws/callbacks.ts';
import { kmsMacGenerator } from '../../adapters/aws/kms.ts';
import { snsNotifier } from '../../adapters/aws/notifier.ts';
import { basics } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import { serve } from '../../runtime/serve.ts';
import { ask } from './ask.ts';

export const handler = serve(ask, (surroundings) => ({
  ...basics(surroundings),
  policy: policyEngine(surroundings.rules),
  linkMac: kmsMacGenerator(surroundings.env('linkKey')),
  notifier: snsNotifier(surroundings.env('topic')),
  callbacks: sfnCallbacks(),
  pageUrl: surroundings.env('pageUrl').replace(/\/$/, ''),
}));

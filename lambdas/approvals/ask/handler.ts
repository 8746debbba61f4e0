import { sfnCallbacks } from '../../adapters/aws/callbacks.ts';
import { kmsMacGenerator } from '../../adapters/aws/kms.ts';
import { approvalsPorts } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import { serve } from '../../runtime/serve.ts';
import { ask } from './ask.ts';
import type { Installation } from '../../providers/installed.ts';

/** The function, for what is installed. */
export const handlerOf = (installed: Installation) =>
  serve(ask, (runtime) => ({
    ...approvalsPorts(runtime, 'mail'),
    policy: policyEngine(runtime.rules, installed.providers),
    linkMac: kmsMacGenerator(runtime.env('linkKey')),
    callbacks: sfnCallbacks(),
    pageUrl: runtime.env('pageUrl').replace(/\/$/, ''),
  }));

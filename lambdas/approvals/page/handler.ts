import { sfnCallbacks } from '../../adapters/aws/callbacks.ts';
import { kmsMacGenerator, kmsMacVerifier } from '../../adapters/aws/kms.ts';
import { snsNotifier } from '../../adapters/aws/notifier.ts';
import { basics, changeCalendar, killSwitch } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import { lambda } from '../../runtime/serve.ts';
import { fromFunctionUrl, handleApproval } from './http.ts';

export const handler = lambda(
  'approval-page',
  (surroundings) => ({
    ...basics(surroundings),
    policy: policyEngine(surroundings.rules),
    switch: killSwitch(surroundings),
    calendar: changeCalendar(surroundings),
    grantMac: kmsMacGenerator(surroundings.env('grantKey')),
    linkMac: kmsMacVerifier(surroundings.env('linkKey')),
    callbacks: sfnCallbacks(),
    notifier: snsNotifier(surroundings.env('topic')),
  }),
  (event, ports) => handleApproval(fromFunctionUrl(event), ports),
);

import { sfnCallbacks } from '../../adapters/aws/callbacks.ts';
import { kmsMacGenerator, kmsMacVerifier } from '../../adapters/aws/kms.ts';
import { lambdaLinkRequests } from '../../adapters/aws/link-requests.ts';
import { identifyBy } from '../../adapters/identity/identify.ts';
import { systemClock } from '../../adapters/system.ts';
import { approvalsPorts, changeCalendar, killSwitch } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import { lambda } from '../../runtime/serve.ts';
import { fromFunctionUrl, toResponse } from './function-url.ts';
import { handleApproval } from './http.ts';
import type { Installation } from '../../providers/installed.ts';

/** The function, for what is installed. */
export const handlerOf = (installed: Installation) =>
  lambda(
    'approval-page',
    (runtime) => ({
      ...approvalsPorts(runtime, 'receipt'),
      policy: policyEngine(runtime.rules, installed.providers),
      switch: killSwitch(runtime),
      calendar: changeCalendar(runtime),
      grantMac: kmsMacGenerator(runtime.env('grantKey')),
      linkMac: kmsMacVerifier(runtime.env('linkKey')),
      callbacks: sfnCallbacks(),
      linkRequests: lambdaLinkRequests(runtime.env('sendLinkFunction')),
      identify: identifyBy(runtime.rules.settings.approvalPage, systemClock),
    }),
    async (event, ports) => toResponse(await handleApproval(fromFunctionUrl(event), ports)),
  );

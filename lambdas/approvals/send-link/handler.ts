import { kmsMacGenerator } from '../../adapters/aws/kms.ts';
import { approvalsPorts } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import type { Installation } from '../../providers/installed.ts';
import { lambda } from '../../runtime/serve.ts';
import { sendLink } from './send-link.ts';

/** The function, for what is installed. */
export const handlerOf = (installed: Installation) =>
  lambda(
    'send-link',
    (runtime) => ({
      ...approvalsPorts(runtime, 'mail'),
      policy: policyEngine(runtime.rules, installed.providers),
      linkMac: kmsMacGenerator(runtime.env('linkKey')),
      logger: runtime.logger,
    }),
    async (event, ports) => {
      const { sent, reason } = await sendLink(event, ports);
      // Without what was typed: that may be anything.
      ports.logger.info('A link was asked for on the page.', { sent, reason });
    },
  );

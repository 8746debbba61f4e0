import { configuredContentFilter } from '../../adapters/aws/guardrail-configured.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { observe } from './step.ts';
import { INSTALLED } from '../../providers/installed.ts';
import { installedReads } from '../../providers/reads.ts';

export const handler = serve(observe, (runtime) => ({
  ...basicPorts(runtime),
  cloud: installedReads(runtime),
  installed: INSTALLED,
  contentFilter: configuredContentFilter(runtime),
}));

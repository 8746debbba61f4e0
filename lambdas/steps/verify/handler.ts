import { basicPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { verify } from './step.ts';
import { INSTALLED } from '../../providers/installed.ts';
import { installedReads } from '../../providers/reads.ts';

export const handler = serve(verify, (runtime) => ({
  ...basicPorts(runtime),
  cloud: installedReads(runtime),
  installed: INSTALLED,
}));

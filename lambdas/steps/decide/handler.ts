import { configuredModel } from '../../adapters/model/configured.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { decide } from './step.ts';
import { INSTALLED } from '../../providers/installed.ts';

export const handler = serve(decide, (runtime) => ({
  ...basicPorts(runtime),
  installed: INSTALLED,
  model: configuredModel(runtime),
  freshModel: () => configuredModel(runtime),
}));

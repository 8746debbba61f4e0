import { configuredModel } from '../../adapters/model/configured.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { decide } from './step.ts';

export const handler = serve(decide, (runtime) => ({
  ...basicPorts(runtime),
  model: configuredModel(runtime),
  freshModel: () => configuredModel(runtime),
}));

import { configuredModel } from '../../adapters/model/configured.ts';
import { basics } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { decide } from './step.ts';

export const handler = serve(decide, (runtime) => ({
  ...basics(runtime),
  model: configuredModel(runtime),
}));

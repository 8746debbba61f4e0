import { basics, killSwitch } from '../../adapters/wiring.ts';
import { placeOf } from '../../kernel/trace/location.ts';
import { serve } from '../../runtime/serve.ts';
import { openStep } from './step.ts';

export const handler = serve(openStep, (surroundings) => ({
  ...basics(surroundings),
  switch: killSwitch(surroundings),
  home: placeOf(surroundings),
}));

import { basics, killSwitch } from '../adapters/wiring.ts';
import { placeOf } from '../kernel/scene.ts';
import { serve } from '../serve.ts';
import { openStep } from './step.ts';

export const handler = serve(openStep, (surroundings) => ({
  ...basics(surroundings),
  switch: killSwitch(surroundings),
  home: placeOf(surroundings),
}));

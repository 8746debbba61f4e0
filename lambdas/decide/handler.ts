import { modelKey } from '../adapters/aws/secrets.ts';
import { anthropicModel } from '../adapters/model/anthropic.ts';
import { basics } from '../adapters/wiring.ts';
import { serve } from '../serve.ts';
import { decide } from './step.ts';

export const handler = serve(decide, (surroundings) => ({
  ...basics(surroundings),
  model: anthropicModel({
    apiKey: modelKey(surroundings.env('modelSecret')),
    baseUrl: surroundings.env('modelBaseUrl'),
  }),
}));

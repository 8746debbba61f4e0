import { awsCloudAccess } from '../adapters/aws/cloud.ts';
import { basics } from '../adapters/wiring.ts';
import { serve } from '../serve.ts';
import { observe } from './step.ts';

export const handler = serve(observe, (surroundings) => ({
  ...basics(surroundings),
  cloud: awsCloudAccess(surroundings),
}));

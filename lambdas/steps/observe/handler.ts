import { awsCloudAccess } from '../../adapters/aws/cloud.ts';
import { configuredScreen } from '../../adapters/aws/guardrail-configured.ts';
import { basics, memberAccess } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { observe } from './step.ts';

export const handler = serve(observe, (surroundings) => ({
  ...basics(surroundings),
  cloud: awsCloudAccess({ ...surroundings, members: memberAccess('memberReadRole', surroundings) }),
  screen: configuredScreen(surroundings),
}));

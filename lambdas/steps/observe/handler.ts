import { awsCloudAccess } from '../../adapters/aws/cloud.ts';
import { configuredContentFilter } from '../../adapters/aws/guardrail-configured.ts';
import { basics, memberAccess } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { observe } from './step.ts';

export const handler = serve(observe, (runtime) => ({
  ...basics(runtime),
  cloud: awsCloudAccess({ ...runtime, members: memberAccess('memberReadRole', runtime) }),
  screen: configuredContentFilter(runtime),
}));

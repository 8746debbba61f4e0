import { awsCloudAccess } from '../../providers/aws/cloud.ts';
import { memberAccess } from '../../providers/aws/member-access.ts';
import { configuredContentFilter } from '../../adapters/aws/guardrail-configured.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { serve } from '../../runtime/serve.ts';
import { observe } from './step.ts';

export const handler = serve(observe, (runtime) => ({
  ...basicPorts(runtime),
  cloud: awsCloudAccess({ ...runtime, members: memberAccess('memberReadRole', runtime) }),
  contentFilter: configuredContentFilter(runtime),
}));

import { awsCloudAccess } from '../../adapters/aws/cloud.ts';
import { kmsMacGenerator } from '../../adapters/aws/kms.ts';
import { basics, changeCalendar, killSwitch, memberAccess } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import { serve } from '../../runtime/serve.ts';
import { authorize } from './step.ts';

export const handler = serve(authorize, (surroundings) => ({
  ...basics(surroundings),
  cloud: awsCloudAccess({ ...surroundings, members: memberAccess('memberReadRole', surroundings) }),
  switch: killSwitch(surroundings),
  calendar: changeCalendar(surroundings),
  policy: policyEngine(surroundings.rules),
  mac: kmsMacGenerator(surroundings.env('grantKey')),
}));

import { awsCloudAccess } from '../../providers/aws/cloud.ts';
import { memberAccess } from '../../providers/aws/member-access.ts';
import { kmsMacGenerator } from '../../adapters/aws/kms.ts';
import { unattendedKey } from '../../adapters/unattended-key.ts';
import { basicPorts, changeCalendar, killSwitch } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import { serve } from '../../runtime/serve.ts';
import { authorize } from './step.ts';

export const handler = serve(authorize, (runtime) => {
  const key = unattendedKey(runtime);
  return {
    ...basicPorts(runtime),
    cloud: awsCloudAccess({ ...runtime, members: memberAccess('memberReadRole', runtime) }),
    switch: killSwitch(runtime),
    calendar: changeCalendar(runtime),
    policy: policyEngine(runtime.rules),
    unattendedMac: key === undefined ? undefined : kmsMacGenerator(key),
  };
});

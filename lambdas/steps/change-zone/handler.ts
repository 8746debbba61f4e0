import { awsCloudAccess } from '../../providers/aws/cloud.ts';
import { memberAccess } from '../../providers/aws/member-access.ts';
import { stsChangeCredentials } from '../../providers/aws/change-credentials.ts';
import { kmsMacVerifier } from '../../adapters/aws/kms.ts';
import { basicPorts, changeCalendar, killSwitch } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import { lambda } from '../../runtime/serve.ts';
import { changeZone } from './change-zone.ts';

export const handler = lambda(
  'change-zone',
  (runtime) => ({
    ...basicPorts(runtime),
    cloud: awsCloudAccess({ ...runtime, members: memberAccess('memberReadRole', runtime) }),
    credentials: stsChangeCredentials({
      ...runtime,
      roleArn: runtime.env('changeRole'),
      members: memberAccess('memberChangeRole', runtime),
    }),
    mac: kmsMacVerifier(runtime.env('grantKey')),
    switch: killSwitch(runtime),
    calendar: changeCalendar(runtime),
    policy: policyEngine(runtime.rules),
    deadline: runtime.deadline,
  }),
  changeZone,
);

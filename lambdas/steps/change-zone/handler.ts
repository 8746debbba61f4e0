import { awsCloudAccess } from '../../providers/aws/cloud.ts';
import { memberAccess } from '../../providers/aws/member-access.ts';
import { stsChangeCredentials } from '../../providers/aws/change-credentials.ts';
import { kmsMacVerifier } from '../../adapters/aws/kms.ts';
import { unattendedKey } from '../../adapters/unattended-key.ts';
import { basicPorts, changeCalendar, killSwitch } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import { lambda } from '../../runtime/serve.ts';
import { changeZone } from './change-zone.ts';

export const handler = lambda(
  'change-zone',
  (runtime) => {
    const key = unattendedKey(runtime);
    return {
      ...basicPorts(runtime),
      cloud: awsCloudAccess({ ...runtime, members: memberAccess('memberReadRole', runtime) }),
      credentials: stsChangeCredentials({
        ...runtime,
        roleArn: runtime.env('changeRole'),
        members: memberAccess('memberChangeRole', runtime),
      }),
      grantMac: kmsMacVerifier(runtime.env('grantKey')),
      unattendedMac: key === undefined ? undefined : kmsMacVerifier(key),
      policy: policyEngine(runtime.rules),
      switch: killSwitch(runtime),
      calendar: changeCalendar(runtime),
      deadline: runtime.deadline,
    };
  },
  changeZone,
);

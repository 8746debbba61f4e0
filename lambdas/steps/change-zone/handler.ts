import { awsCloudAccess } from '../../adapters/aws/cloud.ts';
import { stsChangeCredentials } from '../../providers/aws/change-credentials.ts';
import { kmsMacVerifier } from '../../adapters/aws/kms.ts';
import { basics, changeCalendar, killSwitch, memberAccess } from '../../adapters/wiring.ts';
import { lambda } from '../../runtime/serve.ts';
import { changeZone } from './change-zone.ts';

export const handler = lambda(
  'change-zone',
  (surroundings) => ({
    ...basics(surroundings),
    cloud: awsCloudAccess({ ...surroundings, members: memberAccess('memberReadRole', surroundings) }),
    credentials: stsChangeCredentials({
      ...surroundings,
      roleArn: surroundings.env('changeRole'),
      members: memberAccess('memberChangeRole', surroundings),
    }),
    mac: kmsMacVerifier(surroundings.env('grantKey')),
    switch: killSwitch(surroundings),
    calendar: changeCalendar(surroundings),
    deadline: surroundings.deadline,
  }),
  changeZone,
);

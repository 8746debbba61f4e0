import { kmsMacVerifier } from '../../adapters/aws/kms.ts';
import { unattendedKey } from '../../adapters/unattended-key.ts';
import { basicPorts, changeCalendar, killSwitch } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import { lambda } from '../../runtime/serve.ts';
import { changeZone } from './change-zone.ts';
import { INSTALLED } from '../../providers/installed.ts';
import { installedReads } from '../../providers/reads.ts';
import { installedChanges, installedClusterTest } from '../../providers/changes.ts';

export const handler = lambda(
  'change-zone',
  (runtime) => {
    const key = unattendedKey(runtime);
    return {
      ...basicPorts(runtime),
      cloud: installedReads(runtime),
      installed: INSTALLED,
      credentials: installedChanges(runtime),
      testCluster: installedClusterTest(runtime),
      grantMac: kmsMacVerifier(runtime.env('grantKey')),
      unattendedMac: key === undefined ? undefined : kmsMacVerifier(key),
      policy: policyEngine(runtime.rules, INSTALLED.providers),
      switch: killSwitch(runtime),
      calendar: changeCalendar(runtime),
      deadline: runtime.deadline,
    };
  },
  changeZone,
);

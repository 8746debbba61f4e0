import { kmsMacVerifier } from '../../adapters/aws/kms.ts';
import { unattendedKey } from '../../adapters/unattended-key.ts';
import { basicPorts, changeCalendar, killSwitch } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import { lambda } from '../../runtime/serve.ts';
import { changeZone } from './change-zone.ts';
import type { Installation } from '../../providers/installed.ts';
import { installedReads } from '../../providers/reads.ts';
import { installedChanges, installedClusterTest } from '../../providers/changes.ts';

/** The function, for what is installed. */
export const handlerOf = (installed: Installation) =>
  lambda(
    'change-zone',
    (runtime) => {
      const key = unattendedKey(runtime);
      return {
        ...basicPorts(runtime),
        cloud: installedReads(runtime, installed),
        installed,
        credentials: installedChanges(runtime, installed),
        testCluster: installedClusterTest(runtime, installed),
        grantMac: kmsMacVerifier(runtime.env('grantKey')),
        unattendedMac: key === undefined ? undefined : kmsMacVerifier(key),
        policy: policyEngine(runtime.rules, installed.providers),
        switch: killSwitch(runtime),
        calendar: changeCalendar(runtime),
        deadline: runtime.deadline,
      };
    },
    changeZone,
  );

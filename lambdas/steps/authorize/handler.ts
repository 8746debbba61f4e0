import { kmsMacGenerator } from '../../adapters/aws/kms.ts';
import { unattendedKey } from '../../adapters/unattended-key.ts';
import { basicPorts, changeCalendar, killSwitch } from '../../adapters/wiring.ts';
import { policyEngine } from '../../kernel/policy/engine.ts';
import { serve } from '../../runtime/serve.ts';
import { authorize } from './step.ts';
import type { Installation } from '../../providers/installed.ts';
import { installedReads } from '../../providers/reads.ts';

/** The function, for what is installed. */
export const handlerOf = (installed: Installation) =>
  serve(authorize, (runtime) => {
    const key = unattendedKey(runtime);
    return {
      ...basicPorts(runtime),
      cloud: installedReads(runtime, installed),
      installed,
      switch: killSwitch(runtime),
      calendar: changeCalendar(runtime),
      policy: policyEngine(runtime.rules, installed.providers),
      unattendedMac: key === undefined ? undefined : kmsMacGenerator(key),
    };
  });

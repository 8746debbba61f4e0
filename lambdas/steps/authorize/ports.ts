import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import type { Calendar, CloudAccess, Ids, MacGenerator, StepPorts, Switch } from '../../contracts/ports.ts';
import type { ToolPorts } from '../../tools/installed.ts';

export interface AuthorizePorts extends StepPorts, ToolPorts {
  readonly ids: Ids;
  readonly cloud: CloudAccess;
  readonly switch: Switch;
  readonly calendar: Calendar;
  readonly policy: PolicyEngine;
  /** For the grants of plans that policy permits without a human. Undefined if no policy can: there is no key then. */
  readonly unattendedMac: MacGenerator | undefined;
}

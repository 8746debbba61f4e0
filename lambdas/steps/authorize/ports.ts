import type { Rules } from '../../contracts/rules.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import type { Calendar, Clock, CloudAccess, Ids, Ledger, MacGenerator, Switch } from '../../contracts/ports.ts';

export interface AuthorizePorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cloud: CloudAccess;
  readonly switch: Switch;
  readonly calendar: Calendar;
  readonly policy: PolicyEngine;
  /** For the grants of plans that policy permits without a human. */
  readonly mac: MacGenerator;
  readonly rules: Rules;
}

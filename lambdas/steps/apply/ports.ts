import type { Calendar, ChangeCredentials, CloudAccess, Deadline, StepPorts, Switch } from '../../contracts/ports.ts';
import type { GrantVerifiers } from '../../kernel/changes/grants.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';

export interface ApplyPorts extends StepPorts, GrantVerifiers {
  readonly cloud: CloudAccess;
  readonly credentials: ChangeCredentials;
  readonly policy: PolicyEngine;
  readonly switch: Switch;
  readonly calendar: Calendar;
  readonly deadline: Deadline;
}

import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import type {
  Calendar,
  ChangeCredentials,
  CloudAccess,
  Deadline,
  MacVerifier,
  StepPorts,
  Switch,
} from '../../contracts/ports.ts';

export interface ApplyPorts extends StepPorts {
  readonly cloud: CloudAccess;
  readonly credentials: ChangeCredentials;
  readonly mac: MacVerifier;
  readonly switch: Switch;
  readonly calendar: Calendar;
  /** Asked again right before a change, with the facts of now. */
  readonly policy: PolicyEngine;
  readonly deadline: Deadline;
}

import type {
  Calendar,
  ChangeCredentials,
  CloudAccess,
  ClusterTest,
  Deadline,
  StepPorts,
  Switch,
} from '../../contracts/ports.ts';
import type { GrantVerifiers } from '../../kernel/changes/grants.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import type { ToolPorts } from '../../tools/installed.ts';

export interface ApplyPorts extends StepPorts, ToolPorts, GrantVerifiers {
  readonly cloud: CloudAccess;
  readonly credentials: ChangeCredentials;
  /** For a run of the doctor, in the dry run. */
  readonly testCluster: ClusterTest;
  readonly switch: Switch;
  readonly calendar: Calendar;
  /** Asked again right before a change, with the facts of now. */
  readonly policy: PolicyEngine;
  readonly deadline: Deadline;
}

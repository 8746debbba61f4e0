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
  readonly deadline: Deadline;
}

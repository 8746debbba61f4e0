import type { Rules } from '../../contracts/rules.ts';
import type {
  Calendar,
  ChangeCredentials,
  Clock,
  CloudAccess,
  Deadline,
  Ledger,
  MacVerifier,
  Switch,
} from '../../contracts/ports.ts';

export interface ApplyPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly cloud: CloudAccess;
  readonly credentials: ChangeCredentials;
  readonly mac: MacVerifier;
  readonly switch: Switch;
  readonly calendar: Calendar;
  readonly deadline: Deadline;
  readonly rules: Rules;
}

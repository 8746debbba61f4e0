import type { AlsoTouched, ChangeScope, Cloud } from '../../contracts/ports.ts';
import type { AwsCall } from '../../contracts/tool.ts';

/** What limits a session of the change role to one change. */
export interface AwsChangeScope extends Pick<ChangeScope, 'location' | 'sessionName'> {
  readonly calls: readonly AwsCall[];
  /** ARN that `target`-scoped calls may touch. */
  readonly targetArn: string;
  /** What the calls touch besides, and the role that they pass. */
  readonly also?: AlsoTouched;
}

/** Issues sessions of the change role. */
export interface AwsChangeCredentials {
  assume(scope: AwsChangeScope): Promise<Cloud>;
}

import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { NO_SOURCES } from './own-tools/sources.ts';
import { Harness, type HarnessProps } from './harness.ts';

/** What a stack is made from. The files of own tools are left out: an app that has some uses the construct. */
type CheckreinStackProps = StackProps & Omit<HarnessProps, 'sources'>;

/** A stack of Checkrein from compiled rules. */
export class CheckreinStack extends Stack {
  constructor(scope: Construct, id: string, { rules, catalogue, ...props }: CheckreinStackProps) {
    super(scope, id, props);
    // CDK leaves this id out of logical ids, so no table, key or topic of a stack of an earlier version is replaced.
    new Harness(this, 'Default', { rules, catalogue, sources: NO_SOURCES });
  }
}

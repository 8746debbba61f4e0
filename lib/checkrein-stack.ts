import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { NO_SOURCES } from './own-tools/sources.ts';
import { Harness, type HarnessProps } from './harness.ts';

/** A stack of Checkrein from compiled rules. */
export class CheckreinStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    {
      rules,
      catalogue,
      sources = NO_SOURCES,
      ...props
    }: StackProps & Partial<HarnessProps> & Omit<HarnessProps, 'sources'>,
  ) {
    super(scope, id, props);
    // CDK leaves this id out of logical ids, so no table, key or topic of a stack of an earlier version is replaced.
    new Harness(this, 'Default', { rules, catalogue, sources });
  }
}

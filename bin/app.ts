import { App } from 'aws-cdk-lib';
import { deployment } from '../config/deployment.ts';
import { InputError } from '../lambdas/contracts/errors.ts';
import { compileRules } from '../lambdas/kernel/policy/rules/compile.ts';
import { CheckreinStack } from '../lib/checkrein-stack.ts';
import { MemberStack } from '../lib/member-stack.ts';
import { errorText } from './io/output.ts';
import { INSTALLED } from '../lambdas/providers/installed.ts';

try {
  const rules = compileRules('config', deployment, INSTALLED);
  const app = new App();
  new CheckreinStack(app, 'Checkrein', { rules, catalogue: INSTALLED.catalogue });
  const { members } = rules.settings;
  if (members !== undefined)
    new MemberStack(app, 'CheckreinMember', { rules, catalogue: INSTALLED.catalogue, members });
} catch (error) {
  // A mistake in config/ is reported as a sentence. Only a bug of ours gets a stack trace.
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
}

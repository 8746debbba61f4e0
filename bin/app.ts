import { App, Stack } from 'aws-cdk-lib';
import { deployment } from '../config/deployment.ts';
import { InputError } from '../lambdas/contracts/errors.ts';
import { Checkrein, CheckreinMember } from '../lib/index.ts';
import { errorText } from './io/output.ts';

try {
  const app = new App();
  const stack = new Stack(app, 'Checkrein');
  // CDK leaves this id out of logical ids: what an earlier version of this stack deployed keeps its name.
  const checkrein = new Checkrein(stack, 'Default', { settings: deployment, config: 'config' });
  if (checkrein.rules.settings.members !== undefined) new CheckreinMember(app, 'CheckreinMember', { of: checkrein });
} catch (error) {
  // A mistake in config/ is reported as a sentence. Only a bug of ours gets a stack trace.
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
}

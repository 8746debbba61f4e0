import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { deployment } from '../config/deployment.ts';
import { compileRules } from '../lambdas/kernel/rules/compile.ts';
import { CheckreinStack } from '../lib/checkrein-stack.ts';

/** The shipped stack, with the shipped agents, policies and settings, told where the emulators are. */
const app = new App();
const address = (name: string): string => z.url().parse(app.node.tryGetContext(name));
const compute = address('compute');
const rules = compileRules('config', {
  ...deployment,
  // No emulator knows CodeDeploy, or versions of state machines.
  rollout: 'all-at-once',
  model: { baseUrl: address('model') },
  endpoints: { EC2: compute, AUTO_SCALING: compute },
});
new CheckreinStack(app, 'Checkrein', { rules });

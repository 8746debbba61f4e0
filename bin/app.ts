import { App, Stack } from 'aws-cdk-lib';
import { deployment } from '../config/deployment.ts';
import { Checkrein, CheckreinMember, explainMistakes } from '../lib/index.ts';

explainMistakes(() => {
  const app = new App();
  const stack = new Stack(app, 'Checkrein');
  // CDK leaves this id out of logical ids: what an earlier version of this stack deployed keeps its name.
  const checkrein = new Checkrein(stack, 'Default', { settings: deployment, config: 'config' });
  if (checkrein.rules.settings.members !== undefined) new CheckreinMember(app, 'CheckreinMember', { of: checkrein });
});

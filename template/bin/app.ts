import { App, Stack } from 'aws-cdk-lib';
import { Checkrein, explainMistakes } from 'checkrein';
import { deployment } from '../config/deployment.ts';

explainMistakes(() => {
  const stack = new Stack(new App(), 'Checkrein');
  new Checkrein(stack, 'Checkrein', { settings: deployment, config: 'config', tools: 'tools' });
});

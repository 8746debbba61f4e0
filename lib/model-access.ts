import type { Construct } from 'constructs';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { BedrockAccess } from './bedrock-access.ts';
import { ModelKey } from './model-key.ts';
import type { StepFunction } from './step-function.ts';

/** What it takes to ask the model: a key, or a right. */
export interface ModelAccess {
  /** The secret that holds the key. None where a role is enough. */
  readonly secretArn?: string;
  /** Lets a function ask the model. */
  grantUse(step: StepFunction): void;
}

/** Access to the models where the settings say they are. */
export const modelAccess = (scope: Construct, { settings, agents }: Rules): ModelAccess => {
  const source = settings.model;
  switch (source.provider) {
    case 'anthropic':
      return new ModelKey(scope, 'ModelKey', { baseUrl: source.baseUrl });
    case 'bedrock':
      return new BedrockAccess(scope, 'BedrockAccess', { source, agents });
  }
};

import type { Construct } from 'constructs';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { BedrockAccess } from './bedrock-access.ts';
import { ModelKey } from './model-key.ts';
import type { CheckreinFunction } from './checkrein-function.ts';

/** How functions get access to the model: by an API key, or by IAM. */
export interface ModelAccess {
  /** The secret that holds the API key. Undefined on Bedrock, which needs none. */
  readonly secretArn?: string;
  /** Lets a function invoke the model. */
  grantUse(step: CheckreinFunction): void;
}

/** Access to the model provider of the settings. */
export const modelAccess = (scope: Construct, { settings, agents }: Rules): ModelAccess => {
  const source = settings.model;
  switch (source.provider) {
    case 'anthropic':
      return new ModelKey(scope, 'ModelKey', { baseUrl: source.baseUrl });
    case 'bedrock':
      return new BedrockAccess(scope, 'BedrockAccess', { source, agents });
  }
};

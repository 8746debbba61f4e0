import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { retirementWarning } from '../lambdas/contracts/model-retirement.ts';
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

/** Access to the model provider of the settings. Synth warns of models that will be retired. */
export const modelAccess = (scope: Construct, { settings, agents }: Rules): ModelAccess => {
  for (const { name, model } of agents) {
    const warning = retirementWarning(name, model);
    if (warning !== undefined) Annotations.of(scope).addWarningV2(`checkrein:model-retires:${name}`, warning);
  }
  const source = settings.model;
  switch (source.provider) {
    case 'anthropic':
      return new ModelKey(scope, 'ModelKey', { baseUrl: source.baseUrl });
    case 'bedrock':
      return new BedrockAccess(scope, 'BedrockAccess', { source, agents });
  }
};

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { ENV, type EnvName } from '../contracts/env.ts';
import { ERROR } from '../contracts/error-names.ts';
import type { Rules } from '../contracts/rules.ts';
import { CheckreinError, StepError } from '../contracts/errors.ts';
import { parseRules } from '../kernel/policy/rules/parse.ts';
import type { Deadline } from '../contracts/ports.ts';
import { runStep, type Step } from './step.ts';

/** The part of Lambda's context that we use. */
export interface LambdaContext {
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** What a function has when it creates its ports, once per cold start. */
export interface LambdaRuntime {
  readonly account: string;
  readonly region: string;
  readonly logger: Logger;
  readonly env: (name: EnvName) => string;
  readonly rules: Rules;
  /** The deadline of the current invocation. */
  readonly deadline: Deadline;
}

const misconfigured = (message: string, cause?: unknown): StepError =>
  new StepError(ERROR.misconfigured, message, 'Deploy the stack again; it sets this.', cause);

const env = (name: EnvName): string => {
  const value = process.env[ENV[name]];
  if (value === undefined || value === '') throw misconfigured(`The environment variable ${ENV[name]} is not set.`);
  return value;
};

const readRules = (): Rules => {
  const path = join(process.env['LAMBDA_TASK_ROOT'] ?? '.', env('rulesPath'));
  try {
    return parseRules(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw misconfigured(`The rules in ${path} cannot be used.`, cause);
  }
};

/**
 * Makes a Lambda handler out of a function of (event, ports). Ports are created at the first invocation and
 * kept. Every error is logged with its code and advice, and thrown on under the name that the state machine
 * matches on. Events are never logged: one of them carries a task token.
 */
export const lambda = <Ports, Out>(
  name: string,
  makePorts: (runtime: LambdaRuntime) => Ports,
  run: (event: unknown, ports: Ports) => Promise<Out>,
) => {
  const logger = new Logger({ serviceName: `checkrein-${name}` });
  let current: LambdaContext | undefined;
  let ports: Ports | undefined;
  const deadline: Deadline = { at: () => new Date(Date.now() + (current?.getRemainingTimeInMillis() ?? 0)) };
  return async (event: unknown, context: LambdaContext): Promise<Out> => {
    current = context;
    logger.appendKeys({ requestId: context.awsRequestId });
    try {
      const [, , , region = '', account = ''] = context.invokedFunctionArn.split(':');
      ports ??= makePorts({ account, region, logger, env, rules: readRules(), deadline });
      return await run(event, ports);
    } catch (error) {
      const known = error instanceof CheckreinError ? { code: error.name, advice: error.advice } : {};
      logger.error(`${name} failed`, { ...known, error: error instanceof Error ? error : String(error) });
      throw error;
    }
  };
};

/** Makes a Lambda handler out of a step. */
export const serve = <In, Out, Ports>(step: Step<In, Out, Ports>, makePorts: (runtime: LambdaRuntime) => Ports) =>
  lambda(step.name, makePorts, (event, ports) => runStep(step, event, ports));

import type { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  CfnFunction,
  Function as LambdaFunction,
  type IFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { join } from 'node:path';
import * as z from 'zod';
import { ENV, type EnvName } from '../lambdas/contracts/env.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';
import { acceptWildcard } from './nag-acknowledgements.ts';
import { bundle, RULES_FILE } from './bundle.ts';
import { LIVE } from './live-flow.ts';
import { callerName } from './members.ts';
import type { Network } from './network.ts';
import { logsOf } from './retention.ts';

const LAMBDAS = join(import.meta.dirname, '../lambdas');

/** An alias is a function; CDK's declarations disagree, but only about a role that may be `undefined`. */
const Live = z.custom<IFunction>((value) => value instanceof Alias);

export interface StepFunctionProps {
  /** What it is for, as the Lambda console says it. */
  readonly description: string;
  /** Entry file under `lambdas/`. */
  readonly entry: string;
  readonly timeout: Duration;
  /** The compiled rules, a file of the cloud assembly. */
  readonly rulesFile: string;
  readonly settings: Settings;
  /** Where it runs. Default: outside of any VPC. */
  readonly network?: Network | undefined;
  /** Ceiling of simultaneous runs, for a function that the Internet can reach. Default: none. */
  readonly reservedConcurrentExecutions?: number;
}

/** A Lambda function of ours: the defaults that no step should have to repeat, and a role of its own. */
export class StepFunction extends LambdaFunction {
  /** How long one invocation may take. Always given, so that the flow can wait a little longer than that. */
  readonly runsAtMost: Duration;
  readonly executionRole: Role;
  /** The version in use, or two of them while a new one is tried. Nobody calls the function past this. */
  readonly live: IFunction;
  readonly alias: Alias;

  constructor(scope: Construct, id: string, props: StepFunctionProps) {
    const { entry, rulesFile, settings, network, ...rest } = props;
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      // Member accounts trust roles by name, and only then is there a name.
      ...(settings.members ? { roleName: callerName(id) } : {}),
    });
    const logGroup = new LogGroup(scope, `${id}Logs`, logsOf(settings));
    const { code, discard } = bundle(scope, join(LAMBDAS, entry), rulesFile);
    super(scope, id, {
      ...rest,
      role,
      logGroup,
      code,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // CPU comes with memory: at 512 MB, loading SDK clients and the policy engine takes twice as long.
      memorySize: 1024,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      environment: { [ENV.rulesPath]: RULES_FILE, ...endpointsOf(settings) },
    });
    discard();
    this.runsAtMost = props.timeout;
    this.executionRole = role;
    network?.admit(this);
    this.alias = this.addAlias(LIVE);
    this.live = Live.parse(this.alias);
    logGroup.grantWrite(role);
    acceptWildcard(role, '*', 'X-Ray segments and most AWS read calls know no resource-level permission.');
  }

  /**
   * Where Lambda puts an event that the function failed at three times. A property of the function and no destination
   * of the alias: the queue then holds the event as it came, ready to be sent again.
   */
  sendsUnhandledTo(queue: Queue): void {
    if (this.node.defaultChild instanceof CfnFunction)
      this.node.defaultChild.deadLetterConfig = { targetArn: queue.queueArn };
    this.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
  }

  /** Tells the function the name of something that it was given a right to. */
  knows(name: EnvName, value: string): void {
    this.addEnvironment(ENV[name], value);
  }
}

/** The variables by which an AWS SDK learns where a service is. */
const endpointsOf = ({ endpoints }: Settings): Record<string, string> =>
  Object.fromEntries(Object.entries(endpoints).map(([service, url]) => [`AWS_ENDPOINT_URL_${service}`, url]));

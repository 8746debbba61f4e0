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
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import * as z from 'zod';
import { ENV, type EnvName } from '../lambdas/contracts/env.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';
import { acknowledgeWildcard } from './nag-acknowledgements.ts';
import type { ModuleName } from './package-files.ts';
import { RULES_FILE, type Bundler } from './bundle.ts';
import { LIVE_ALIAS } from './flow-alias.ts';
import { regionalRoleName } from './members.ts';
import type { Network } from './network.ts';
import { ownLogGroup } from './own-log-groups.ts';

/** An alias is a function; CDK's declarations disagree, but only about a role that may be `undefined`. */
const Live = z.custom<IFunction>((value) => value instanceof Alias);

export interface CheckreinFunctionProps {
  /** Shown in the Lambda console. */
  readonly description: string;
  /** Its module in the package. */
  readonly module: ModuleName;
  readonly bundler: Bundler;
  readonly timeout: Duration;
  readonly settings: Settings;
  /** Subnets to run in. Default: outside of any VPC. */
  readonly network?: Network | undefined;
  /** Limit on concurrent executions, for a function that the Internet can reach. Default: none. */
  readonly reservedConcurrentExecutions?: number;
}

/** A Lambda function of Checkrein, with shared defaults and a role of its own. */
export class CheckreinFunction extends LambdaFunction {
  /** Timeout of one invocation. The state machine waits a little longer than this. */
  readonly maxDuration: Duration;
  readonly executionRole: Role;
  /** The alias, as something to invoke. Callers use it only, so a canary can split their traffic. */
  readonly live: IFunction;
  readonly alias: Alias;

  constructor(scope: Construct, id: string, props: CheckreinFunctionProps) {
    const { module, bundler, settings, network, ...rest } = props;
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      // Member accounts trust these roles by name. Without members, CloudFormation picks the name.
      ...(settings.members ? { roleName: regionalRoleName(id) } : {}),
    });
    const logGroup = ownLogGroup(scope, `${id}Logs`, settings);
    const { code, discard } = bundler(module);
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
    this.maxDuration = props.timeout;
    this.executionRole = role;
    network?.attach(this);
    this.alias = this.addAlias(LIVE_ALIAS);
    this.live = Live.parse(this.alias);
    logGroup.grantWrite(role);
    acknowledgeWildcard(role, '*', 'X-Ray actions and most AWS read actions have no resource-level permissions.');
  }

  /**
   * Sends an event that the function failed on three times to a queue. Set on the function, not as a destination of
   * the alias, so the queue holds the original event, ready to be sent again.
   */
  sendFailedEventsTo(queue: Queue): void {
    if (this.node.defaultChild instanceof CfnFunction)
      this.node.defaultChild.deadLetterConfig = { targetArn: queue.queueArn };
    this.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
  }

  /** Sets an environment variable: the name of a resource that the function may use. */
  setEnv(name: EnvName, value: string): void {
    this.addEnvironment(ENV[name], value);
  }
}

/** Environment variables that override the endpoints of AWS services in the SDK. */
const endpointsOf = ({ endpoints }: Settings): Record<string, string> =>
  Object.fromEntries(Object.entries(endpoints).map(([service, url]) => [`AWS_ENDPOINT_URL_${service}`, url]));

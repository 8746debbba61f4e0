import { callsOf, isAwsCall, type AwsCall } from '../../../contracts/tool.ts';
import { OPEN_READS, VERIFY_READS } from '../../../contracts/step-reads.ts';
import type { DeclaredTool } from './tool-name.ts';

/** The commands of a service. */
export type CommandNames = Readonly<Record<string, readonly string[]>>;

/**
 * The commands that functions have for these tools and for the steps themselves. Derived from manifests, because loading the tables
 * would load the clients of AWS: test/lambdas/providers/aws/cloud.test.ts holds the tables to exactly these.
 */
export const commandsFor = (tools: readonly DeclaredTool['manifest'][]): CommandNames => {
  const names: Record<string, string[]> = {};
  for (const { service, command } of [...OPEN_READS, ...VERIFY_READS, ...tools.flatMap(awsCalls)])
    names[service] = [...new Set([...(names[service] ?? []), command])];
  return names;
};

/**
 * AWS calls of tools that no function could make, with the lines to write. `own` has the commands of the files in the folder
 * `<tools>/aws`.
 */
export const commandProblems = (
  tools: readonly DeclaredTool[],
  folder: string,
  shipped: CommandNames,
  own: CommandNames,
): string[] => {
  const has = ({ service, command }: AwsCall): boolean =>
    [shipped, own].some((table) => Object.hasOwn(table, service) && table[service]?.includes(command) === true);
  return tools.flatMap(({ manifest, file }) =>
    Object.entries(
      Object.groupBy(
        awsCalls(manifest).filter((call) => !has(call)),
        ({ service }) => service,
      ),
    ).map(([service, calls = []]) => {
      const commands = [...new Set(calls.map(({ command }) => command))];
      const missing = commands.map((command) => `${service}:${command}`).join(', ');
      return `${file}: no function could make the calls ${missing}; expected in ${folder}/aws/${service}.ts:\n${linesFor(service, commands, own[service] !== undefined)}`;
    }),
  );
};

const awsCalls = (manifest: DeclaredTool['manifest']): AwsCall[] => callsOf(manifest).filter(isAwsCall);

/** What to write. The names of package and client follow from the service for most services, and the guide says so. */
const linesFor = (service: string, commands: readonly string[], exists: boolean): string => {
  const entries = commands.map((command) => `      ${command}: sdkCommand(${command}Command),`);
  const { suffix, client } = CLIENTS[service] ?? { suffix: service, client: `${capital(service)}Client` };
  const imported = [client, ...commands.map((command) => `${command}Command`)].join(', ');
  const lines = [
    `    import { ${imported} } from '@aws-sdk/client-${suffix}';`,
    ...(exists
      ? entries
      : [
          "    import { sdkCommand, type ServiceCommands } from 'checkrein/tool';",
          '    export const service: ServiceCommands = {',
          `      connect: (connection) => new ${client}(connection),`,
          '      commands: {',
          ...entries.map((line) => `  ${line}`),
          '      },',
          '    };',
        ]),
  ];
  return lines.join('\n');
};

const capital = (name: string): string =>
  name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

/** Clients that are not named after the prefix of their IAM actions. */
const CLIENTS: Readonly<Record<string, { readonly suffix: string; readonly client: string }>> = {
  autoscaling: { suffix: 'auto-scaling', client: 'AutoScalingClient' },
  cloudtrail: { suffix: 'cloudtrail', client: 'CloudTrailClient' },
  cloudwatch: { suffix: 'cloudwatch', client: 'CloudWatchClient' },
  codebuild: { suffix: 'codebuild', client: 'CodeBuildClient' },
  dynamodb: { suffix: 'dynamodb', client: 'DynamoDBClient' },
  ec2: { suffix: 'ec2', client: 'EC2Client' },
  ecs: { suffix: 'ecs', client: 'ECSClient' },
  elasticloadbalancing: { suffix: 'elastic-load-balancing-v2', client: 'ElasticLoadBalancingV2Client' },
  elasticache: { suffix: 'elasticache', client: 'ElastiCacheClient' },
  kms: { suffix: 'kms', client: 'KMSClient' },
  logs: { suffix: 'cloudwatch-logs', client: 'CloudWatchLogsClient' },
  rds: { suffix: 'rds', client: 'RDSClient' },
  sns: { suffix: 'sns', client: 'SNSClient' },
  sqs: { suffix: 'sqs', client: 'SQSClient' },
  ssm: { suffix: 'ssm', client: 'SSMClient' },
  states: { suffix: 'sfn', client: 'SFNClient' },
};

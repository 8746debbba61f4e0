import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** What a function of an agent imports if nobody thinks about it: every client that some tool needs, at the top. */
const CLIENTS = [
  ['@aws-sdk/client-dynamodb', 'DynamoDBClient'],
  ['@aws-sdk/client-cloudwatch', 'CloudWatchClient'],
  ['@aws-sdk/client-cloudwatch-logs', 'CloudWatchLogsClient'],
  ['@aws-sdk/client-kms', 'KMSClient'],
  ['@aws-sdk/client-sns', 'SNSClient'],
  ['@aws-sdk/client-ssm', 'SSMClient'],
  ['@aws-sdk/client-sts', 'STSClient'],
] as const;
const EC2 = ['@aws-sdk/client-ec2', 'EC2Client'] as const;

const sourceOf = (clients: readonly (readonly [string, string])[]): string =>
  [
    ...clients.map(([name, client]) => `import { ${client} } from '${name}';`),
    `import { Logger } from '@aws-lambda-powertools/logger';`,
    `import * as z from 'zod';`,
    `const logger = new Logger({ serviceName: 'naive' });`,
    `const Event = z.looseObject({ id: z.string() });`,
    `const clients = [${clients.map(([, client]) => `new ${client}({})`).join(', ')}];`,
    `export const handler = async (event) => { logger.appendKeys({}); return [Event.safeParse(event).success, clients.length]; };`,
  ].join('\n');

/** Bundles the naive function, without and with the client of EC2, with the flags of our own functions. */
export const naiveBundles = async (folder: string): Promise<readonly { name: string; folder: string }[]> => {
  const bundles = [
    { name: 'naive bundle', clients: [...CLIENTS] },
    { name: 'naive with EC2', clients: [...CLIENTS, EC2] },
  ];
  return Promise.all(
    bundles.map(async ({ name, clients }) => {
      const its = join(folder, name.replaceAll(' ', '-'));
      await build({
        stdin: { contents: sourceOf(clients), resolveDir: import.meta.dirname },
        outfile: join(its, 'index.mjs'),
        bundle: true,
        platform: 'node',
        target: 'node24',
        format: 'esm',
        mainFields: ['module', 'main'],
        minify: true,
        keepNames: true,
        banner: {
          js: "import { createRequire as commonJs } from 'node:module';const require = commonJs(import.meta.url);",
        },
        logLevel: 'warning',
      });
      writeFileSync(join(its, 'package.json'), '{"type":"module"}');
      return { name, folder: its };
    }),
  );
};

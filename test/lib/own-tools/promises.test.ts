import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OWN_USES } from '../../../lambdas/contracts/own-uses.ts';
import { installedFrom } from '../../../lib/own-tools/load.ts';
import { GOOD, problemsWith, toolsWith, withGoodTools, type Edits } from './folder.ts';

const OBSERVE = 'list-log-groups/manifest.ts';
const CHANGE = 'keep-log-days/manifest.ts';
const text = (file: string): string => readFileSync(join(GOOD, file), 'utf8');

test('tools that keep every promise are installed beside the shipped ones', () => {
  const { installed } = withGoodTools();
  expect(installed.catalogue.manifests.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['list_log_groups', 'keep_log_days', 'reboot_instance']),
  );
  expect(installed.catalogue.filesOf('keep_log_days')).toEqual({
    manifest: 'own-tools/keep-log-days/manifest.ts',
    tool: 'own-tools/keep-log-days/tool.ts',
  });
});

test('a folder that is a symbolic link is refused, because its tool would silently not be there', () => {
  const tools = toolsWith({});
  symlinkSync(join(GOOD, 'list-log-groups'), join(tools, 'linked'));
  expect(() => installedFrom(tools)).toThrow(/linked: this is a symbolic link/);
});

test('a tool that throws only after it was loaded is refused in words, before it could end this process', () => {
  const later = "Promise.reject(new RangeError('no network here'));\nexport const tool";
  const tools = toolsWith({ 'list-log-groups/tool.ts': [['export const tool', later]] });
  expect(() => installedFrom(tools)).toThrow(
    /tools\/list-log-groups\/tool\.ts: it throws after it was loaded: RangeError: no network here$/,
  );
});

test('a cache that cannot be written is named in words', () => {
  const tools = toolsWith({});
  writeFileSync(join(tools, '../node_modules/.cache'), '');
  expect(() => installedFrom(tools)).toThrow(/checkrein: compiled modules cannot be written into this folder: E/);
});

test.each<[string, Edits, string]>([
  [
    'a name that is not snake_case',
    { [OBSERVE]: [["'list_log_groups'", "'listLogGroups'"]] },
    `tools/${OBSERVE}: name: found "listLogGroups"; expected small letters with _ between words`,
  ],
  [
    'a name of another folder',
    { [OBSERVE]: [["'list_log_groups'", "'list_groups'"]] },
    `tools/${OBSERVE}: name: found "list_groups"; expected the folder of this file to be its name with dashes, list-groups`,
  ],
  [
    'a name that the model APIs do not take',
    { [OBSERVE]: [["'list_log_groups'", `'${'a'.repeat(65)}'`]] },
    'has 65 characters; expected at most 64',
  ],
  [
    'a call of the kernel',
    { [OBSERVE]: [["'list_log_groups'", "'conclude'"]] },
    `tools/${OBSERVE}: name: "conclude" is a call of the kernel; expected another name`,
  ],
  [
    'no description',
    {
      [OBSERVE]: [
        ["'Lists CloudWatch Logs groups whose names begin alike, with how long each keeps its events.'", "''"],
      ],
    },
    `tools/${OBSERVE}: description: found ""; expected at least a sentence`,
  ],
  [
    'a heading that would not stand before the name of a target',
    { [CHANGE]: [["  kind: 'change',", "  kind: 'change',\n  heading: 'Approved: keep',"]] },
    `tools/${CHANGE}: heading: found "Approved: keep"; expected at most 30 characters, words with a capital letter first, such as Resize`,
  ],
  [
    'a heading that is no text',
    { [CHANGE]: [["  kind: 'change',", "  kind: 'change',\n  heading: 7,"]] },
    `tools/${CHANGE}: manifest.heading: `,
  ],
  [
    'an input that takes unknown fields',
    { [OBSERVE]: [['strictObject', 'object']] },
    `tools/${OBSERVE}: input: it takes unknown fields, or is no object; expected a z.strictObject`,
  ],
  [
    'a field that is not described',
    { [OBSERVE]: [[".describe('Beginning of the names, e.g. /app/.')", '']] },
    `tools/${OBSERVE}: input.prefix: it is not described to the model`,
  ],
  [
    'a default in the input of a change',
    { [CHANGE]: [['z.literal([7, 30, 90, 365])', 'z.literal([7, 30, 90, 365]).default(30)']] },
    `tools/${CHANGE}: input.days: it has a default; expected none`,
  ],
  [
    'an observe tool that changes something',
    { [OBSERVE]: [['DescribeLogGroups', 'DeleteLogGroup']] },
    `tools/${OBSERVE}: reads: logs:DeleteLogGroup may change something`,
  ],
  [
    'a read with the action of a change',
    { [OBSERVE]: [["scope: 'any'", "scope: 'any', action: 'logs:DeleteLogGroup'"]] },
    `tools/${OBSERVE}: reads: logs:DescribeLogGroups may change something, by its name DeleteLogGroup`,
  ],
  [
    'an action with a wildcard',
    {
      [CHANGE]: [
        [
          "command: 'PutRetentionPolicy', scope: 'target'",
          "command: 'PutRetentionPolicy', scope: 'target', action: 'logs:*'",
        ],
      ],
    },
    `tools/${CHANGE}: logs:PutRetentionPolicy: the action is "logs:*"; expected one action`,
  ],
  [
    'a read of any log',
    { [OBSERVE]: [['DescribeLogGroups', 'GetLogEvents']] },
    `tools/${OBSERVE}: reads: logs:GetLogEvents reads logs of any log group; expected scope: 'log-group'`,
  ],
  [
    'a read of logs without the field that names the log group',
    { [OBSERVE]: [["'DescribeLogGroups', scope: 'any'", "'GetLogEvents', scope: 'log-group'"]] },
    `tools/${OBSERVE}: logGroupField: found null; expected the name of a required field of the input`,
  ],
  [
    'a target of one account',
    { [CHANGE]: [['${account}', '123456789012']] },
    `tools/${CHANGE}: targetArn: found "arn:aws:logs:\${region}:123456789012:log-group:*"; expected arn:aws:`,
  ],
  [
    'a target that is anything',
    { [CHANGE]: [['arn:aws:logs:${region}:${account}:log-group:*', '*']] },
    'targetArn: found "*"; expected',
  ],
  [
    'a target that is anything of a service',
    { [CHANGE]: [[':log-group:*', ':*']] },
    'targetArn: found "arn:aws:logs:${region}:${account}:*"; expected',
  ],
  [
    'a change that is not held to its target',
    { [CHANGE]: [["scope: 'target'", "scope: 'any'"]] },
    `tools/${CHANGE}: changes: logs:PutRetentionPolicy has the scope 'any'; expected 'target'`,
  ],
  [
    'a fact of the kernel',
    { [CHANGE]: [['facts: []', "facts: ['reversible']"]] },
    `tools/${CHANGE}: facts: reversible is computed by the kernel`,
  ],
  [
    'a fact that is none',
    { [CHANGE]: [['facts: []', "facts: ['daysKept']"]] },
    'facts: there is no fact "daysKept"; expected some of cutPercent',
  ],
  [
    'nothing about capacity',
    { [CHANGE]: [["  capacity: 'none',\n", '']] },
    `tools/${CHANGE}: facts: cutPercent, growPercent, peakUsePercentAfter missing`,
  ],
  [
    'a provider that is not installed',
    { [OBSERVE]: [["kind: 'observe',", "kind: 'observe',\n  provider: 'gcp',"]] },
    `tools/${OBSERVE}: its provider "gcp" is not installed; installed: aws, kubernetes`,
  ],
  [
    'a manifest of its own in the code',
    { 'list-log-groups/tool.ts': [['observeTool(manifest', 'observeTool({ ...manifest }']] },
    'tools/list-log-groups/tool.ts: its tool has another manifest than the file manifest.ts beside it',
  ],
  [
    'a member that is missing',
    {
      'keep-log-days/tool.ts':
        "import { manifest } from './manifest.ts';\nexport const tool = { manifest, describe() {} };",
    },
    'tools/keep-log-days/tool.ts: tool.configuration: expected a function',
  ],
  [
    'code that throws when it is loaded',
    {
      'list-log-groups/tool.ts': [['export const tool', "throw new TypeError('no network here');\nexport const tool"]],
    },
    'tools/list-log-groups/tool.ts: it throws when it is loaded: TypeError: no network here',
  ],
  [
    'code that ends the process when it is loaded, so that a check would pass unseen',
    { 'list-log-groups/tool.ts': [['export const tool', 'process.exit(0);\nexport const tool']] },
    'tools/list-log-groups/tool.ts: it calls process.exit(0) when it is loaded; expected a module that only declares things',
  ],
  [
    'a manifest that says something else each time it is read',
    { [OBSERVE]: [["command: 'DescribeLogGroups'", "get command() { return 'DescribeLogGroups'; }"]] },
    `tools/${OBSERVE}: manifest.reads.0.command is a getter; expected a value`,
  ],
  [
    'a description of two words',
    { [OBSERVE]: [['Beginning of the names, e.g. /app/.', 'A prefix']] },
    `tools/${OBSERVE}: input.prefix: its description has 8 characters; expected 10 or more`,
  ],
  [
    'a command that sends another one',
    { 'aws/logs.ts': [['sdkCommand(ListTagsForResourceCommand)', 'sdkCommand(PutRetentionPolicyCommand)']] },
    'tools/aws/logs.ts: commands.ListTagsForResource: it makes PutRetentionPolicyCommand; expected sdkCommand(ListTagsForResourceCommand)',
  ],
  [
    'a command that Checkrein has itself, so that this one would never be used',
    {
      'aws/ec2.ts': `import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { sdkCommand } from 'checkrein/tool';
export const service = { connect: (connection) => new EC2Client(connection), commands: { DescribeInstances: sdkCommand(DescribeInstancesCommand) } };`,
    },
    'tools/aws/ec2.ts: commands.DescribeInstances: Checkrein has this command itself, and would use its own; expected only commands that it does not have, so delete this line',
  ],
  ...[
    ['the secrets of others', 'secretsmanager', 'GetSecretValue', 'reads secrets, the key of the model among them'],
    ['many secrets', 'secretsmanager', 'BatchGetSecretValue', 'reads secrets'],
    ['a parameter, which may be a secret', 'ssm', 'GetParameter', 'decrypts any parameter that it is asked for'],
    ['all parameters of a path', 'ssm', 'GetParametersByPath', 'decrypts any parameter'],
    ['what a key protects', 'kms', 'Decrypt', 'uses a key or changes one'],
    ['a MAC of a key', 'kms', 'GenerateMac', 'uses a key or changes one'],
    ['the role of another', 'sts', 'AssumeRole', 'gives credentials that no manifest limits'],
    ['a token of a session', 'sts', 'GetSessionToken', 'gives credentials'],
    ['who may do what', 'iam', 'ListRoles', 'is about who may do what'],
    ['rows of any table, the ledger among them', 'dynamodb', 'GetItem', 'read the ledger by dynamodb:GetItem'],
  ].map(([what = '', service = '', command = '', why = '']): [string, Edits, string] => [
    `a read of ${what}`,
    { [OBSERVE]: [["service: 'logs', command: 'DescribeLogGroups'", `service: '${service}', command: '${command}'`]] },
    why,
  ]),
  [
    'a forbidden action under another name, and in other letters',
    { [OBSERVE]: [["scope: 'any'", "scope: 'any', action: 'secretsmanager:GETSecretvalue'"]] },
    `tools/${OBSERVE}: logs:DescribeLogGroups reads secrets, the key of the model among them; expected calls that read no secret`,
  ],
  [
    'a change of rights',
    { [CHANGE]: [["service: 'logs', command: 'PutRetentionPolicy'", "service: 'iam', command: 'PutRolePolicy'"]] },
    `tools/${CHANGE}: iam:PutRolePolicy is about who may do what; expected no call of IAM`,
  ],
])('%s is refused, with the file and what was expected', (_, edits, message) => {
  expect(problemsWith(edits).join('\n')).toContain(message);
});

test('whatever the functions that run tools do with the ledger, its keys and the switch themselves, no tool may read with', () => {
  const harmless = ['kms:DescribeKey'];
  for (const use of OWN_USES.filter((one) => !harmless.includes(one))) {
    const [service, command] = use.split(':');
    const problems = problemsWith({
      [OBSERVE]: [["service: 'logs', command: 'DescribeLogGroups'", `service: '${service}', command: '${command}'`]],
    });
    expect(problems.join('\n')).toMatch(/may change something|decrypts|uses a key|read the ledger/);
  }
});

test('two tools of one name are refused, naming both, whether own or shipped', () => {
  const twin = text(OBSERVE).replace('list_log_groups', 'query_logs');
  expect(
    problemsWith({ 'query-logs/manifest.ts': twin, 'query-logs/tool.ts': text('list-log-groups/tool.ts') }),
  ).toContain(
    'tools/query-logs/manifest.ts: name: two tools of one name, "query_logs": the other is lambdas/tools/query-logs/manifest.ts of Checkrein; expected a name of its own',
  );
  expect(
    problemsWith({ 'other/manifest.ts': text(OBSERVE), 'other/tool.ts': text('list-log-groups/tool.ts') }).join('\n'),
  ).toContain(
    'tools/other/manifest.ts: name: two tools of one name, "list_log_groups": the other is tools/list-log-groups/manifest.ts',
  );
});

test('a call that no function could make is refused with the lines to write', () => {
  const problems = problemsWith({
    'aws/logs.ts': [['    PutRetentionPolicy: sdkCommand(PutRetentionPolicyCommand),\n', '']],
  });
  expect(problems).toEqual([
    `tools/${CHANGE}: no function could make the calls logs:PutRetentionPolicy; expected in tools/aws/logs.ts:
    import { CloudWatchLogsClient, PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
      PutRetentionPolicy: sdkCommand(PutRetentionPolicyCommand),`,
  ]);
  expect(
    problemsWith({
      [OBSERVE]: [["service: 'logs', command: 'DescribeLogGroups'", "service: 'sqs', command: 'ListQueues'"]],
    }),
  ).toEqual([
    `tools/${OBSERVE}: no function could make the calls sqs:ListQueues; expected in tools/aws/sqs.ts:
    import { SQSClient, ListQueuesCommand } from '@aws-sdk/client-sqs';
    import { sdkCommand, type ServiceCommands } from 'checkrein/tool';
    export const service: ServiceCommands = {
      connect: (connection) => new SQSClient(connection),
      commands: {
        ListQueues: sdkCommand(ListQueuesCommand),
      },
    };`,
  ]);
});

test('a call that a shipped tool makes needs no command of the team, and a file for a service that no tool uses is allowed', () => {
  const ssm = `import { SSMClient, GetParameterCommand } from '@aws-sdk/client-ssm';
import { sdkCommand } from 'checkrein/tool';
export const service = { connect: (connection) => new SSMClient(connection), commands: { GetParameter: sdkCommand(GetParameterCommand) } };`;
  const tools = toolsWith({
    'aws/ssm.ts': ssm,
    [OBSERVE]: [["service: 'logs', command: 'DescribeLogGroups'", "service: 'ec2', command: 'DescribeVolumes'"]],
  });
  expect(() => installedFrom(tools)).not.toThrow();
});

test('all problems of all tools are in one error', () => {
  const problems = problemsWith({
    [OBSERVE]: [['strictObject', 'object']],
    [CHANGE]: [["scope: 'target'", "scope: 'any'"]],
    'broken/manifest.ts': 'export const manifest = 1;',
    'broken/tool.ts': 'export const tool = 1;',
  });
  expect(problems.map((one) => one.split(':')[0])).toEqual([
    'tools/broken/manifest.ts',
    `tools/${CHANGE}`,
    `tools/${OBSERVE}`,
  ]);
});

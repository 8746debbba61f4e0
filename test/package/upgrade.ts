import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { timedStep } from '../e2e/progress.ts';
import type { ServerCheck } from '../e2e/run-checks.ts';
import { commandOf } from './packed.ts';
import { previousPackage } from './previous.ts';

/** Resources that hold what a team could lose, and the properties whose change makes CloudFormation replace them. */
const WITH_DATA: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::SSM::Parameter': ['Name'],
};

const INSTALL = ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline'];
const SYNTH = ['npx', 'cdk', 'synth', '--quiet'];

type RunIn = (folder: string, command: readonly string[], log: string) => Promise<void>;

/** The upgrade of an app that `checkrein init` of the previous commit wrote, below `room`. */
export const upgradeCheck = (room: string, runIn: RunIn): ServerCheck<string> => ({
  promise:
    'an app of the previous commit takes the package of this one, and no table, key, topic, queue, secret or parameter is replaced',
  run: async (tarball) => {
    const app = join(room, 'upgraded');
    const old = (await timedStep('the previous commit, packed', async () => previousPackage())).tarball;
    const command = commandOf(old, join(room, 'previous'));
    await runIn(room, ['node', command, 'init', app, '--package', old], 'upgrade-init');
    await timedStep('install', () => runIn(app, INSTALL, 'upgrade-install'));
    await timedStep('synth', () => runIn(app, SYNTH, 'upgrade-synth'));
    const before = withData(app);
    assert(before.size >= 6, `expected resources with data, but there are ${before.size}`);
    rmSync(join(app, 'cdk.out'), { recursive: true });
    await timedStep('the upgrade', () => runIn(app, [...INSTALL, `checkrein@file:${tarball}`], 'upgrade-upgrade'));
    await timedStep('synth again', () => runIn(app, SYNTH, 'upgrade-synth-again'));
    const after = withData(app);
    for (const [id, resource] of before) assert.deepEqual(after.get(id), resource, `${id} is kept`);
  },
});

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.json()).optional() }),
  ),
});

/** What decides whether a resource with data is kept, by its logical id. */
const withData = (app: string): Map<string, object> => {
  const template: unknown = JSON.parse(readFileSync(join(app, 'cdk.out/Checkrein.template.json'), 'utf8'));
  return new Map(
    Object.entries(Template.parse(template).Resources).flatMap(([id, { Type, Properties = {} }]) => {
      const replacing = WITH_DATA[Type];
      if (replacing === undefined) return [];
      return [[id, { Type, replacing: replacing.map((name) => Properties[name] ?? null) }] as const];
    }),
  );
};

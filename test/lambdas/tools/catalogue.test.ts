import { readdir } from 'node:fs/promises';
import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { KERNEL_FACTS, REPORT_FACTS, type FactName } from '../../../lambdas/contracts/facts.ts';
import { ofAws } from '../../../lambdas/contracts/tool.ts';
import { PROMQL_READ } from '../../../lambdas/contracts/usage.ts';
import { CATALOGUE, OBSERVE_TOOLS } from '../../../lambdas/tools/catalogue.ts';

const folderOf = (name: string): string => name.replaceAll('_', '-');
const JsonSchema = z.object({
  type: z.literal('object'),
  additionalProperties: z.literal(false),
  properties: z.record(z.string(), z.object({ description: z.string().min(10) })),
});

test('every folder with a manifest has a line in the catalogue, under the name of the folder', async () => {
  const entries = await readdir(new URL('../../../lambdas/tools', import.meta.url), { withFileTypes: true });
  const shared = ['aws', 'kubernetes', 'log-lines'];
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const ofTools = folders.filter((name) => !shared.includes(name));
  expect(CATALOGUE.manifests.map((manifest) => folderOf(manifest.name)).sort()).toEqual(ofTools.sort());
});

test('an observe tool makes no call that changes anything', () => {
  expect(OBSERVE_TOOLS.map(({ manifest }) => manifest.kind)).toEqual(OBSERVE_TOOLS.map(() => 'observe'));
  const names = OBSERVE_TOOLS.flatMap(({ manifest }) => manifest.reads.map(({ command }) => command));
  const reads = /^(BatchGet|Describe|Get|Lookup|List|StartQuery|StopQuery|(get|list) [a-z/-]+$)/;
  expect(names.filter((name) => !reads.test(name))).toEqual([]);
});

test('a tool that reads logs is held to the log groups of the agent, by the kernel and by IAM', () => {
  // What stops a query, or says which log groups there are, reads no log. AWS does not narrow StopQuery to a log group.
  const readsNoLog = /^(StopQuery|DescribeLogGroups|ListTagsForResource)$/;
  for (const manifest of ofAws(CATALOGUE.manifests)) {
    const logs = manifest.reads.filter(({ service, command }) => service === 'logs' && !readsNoLog.test(command));
    expect(logs.map(({ scope }) => scope)).toEqual(logs.map(() => 'log-group'));
    if (logs.length === 0) continue;
    const { required } = z
      .object({ required: z.array(z.string()) })
      .parse(z.toJSONSchema(manifest.input, { io: 'input' }));
    expect(required).toContain(manifest.kind === 'observe' ? manifest.logGroupField : 'no change tool reads logs');
  }
});

test('a tool that sends PromQL of the model is held to the grant of the agent, by the kernel', () => {
  const senders = CATALOGUE.manifests.filter(({ reads }) =>
    reads.some(({ command }) => command === PROMQL_READ.command),
  );
  expect(senders.map(({ name }) => name)).toEqual(['query_prometheus']);
  for (const manifest of senders) {
    const { required } = z
      .object({ required: z.array(z.string()) })
      .parse(z.toJSONSchema(manifest.input, { io: 'input' }));
    expect(required).toContain(manifest.kind === 'observe' ? manifest.promqlField : 'no change tool sends PromQL');
  }
});

describe.each([...CATALOGUE.observe, ...CATALOGUE.change].map((line) => [line.manifest.name, line] as const))(
  '%s',
  (_name, { manifest, load }) => {
    test('its code has the manifest of the catalogue', async () => {
      expect((await load()).tool.manifest).toBe(manifest);
    });

    test('its input refuses unknown fields, and describes every field to the model', () => {
      const schema = JsonSchema.safeParse(z.toJSONSchema(manifest.input, { io: 'input' }));
      expect(schema.error?.issues ?? []).toEqual([]);
    });
  },
);

const awsChanges = ofAws(CATALOGUE.manifests).filter((manifest) => manifest.kind === 'change');
describe.each(awsChanges.map((manifest) => [manifest.name, manifest] as const))('%s', (_name, manifest) => {
  test('it leaves account and Region of its targets open, and nothing but the id', () => {
    expect(manifest.targetArn).toMatch(/^arn:aws:[a-z0-9]+:\$\{region\}:\$\{account\}:[\w/:*-]+$/);
  });

  test('every call that changes something is narrowed to the target', () => {
    expect(manifest.changes.map(({ scope }) => scope)).toEqual(manifest.changes.map(() => 'target'));
  });

  test('it declares only facts that a tool may compute', () => {
    const others = new Set<FactName>([...KERNEL_FACTS, ...REPORT_FACTS]);
    expect(manifest.facts.filter((name) => others.has(name))).toEqual([]);
  });
});

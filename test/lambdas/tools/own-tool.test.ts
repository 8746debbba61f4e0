import * as z from 'zod';
import { expect, test } from 'vitest';
import { ToolRefusal } from '../../../lambdas/contracts/errors.ts';
import type { ChangeManifest, ObserveManifest } from '../../../lambdas/contracts/tool.ts';
import { catalogueOf } from '../../../lambdas/tools/installed.ts';
import { changeTool, observeTool, type Change, type ChangeSpec } from '../../../lambdas/tools/tool.ts';
import { changing, observing } from './context.ts';

const files = { manifest: 'tools/set-size/manifest.ts', tool: 'tools/set-size/tool.ts' };
const manifest = {
  kind: 'change',
  name: 'set_size',
  description: 'Sets the size of something, for this test.',
  input: z.strictObject({ size: z.int().describe('Size after the change, in units.') }),
  reads: [{ service: 'ec2', command: 'DescribeTags', scope: 'any' }],
  changes: [{ service: 'ec2', command: 'StartInstances', scope: 'target' }],
  targetKind: 'thing',
  targetArn: 'arn:aws:ec2:${region}:${account}:thing/*',
  facts: ['cutPercent', 'growPercent', 'peakUsePercentAfter', 'fleetSize'],
  repeatable: true,
  stabilizeSeconds: 0,
} satisfies ChangeManifest;
const State = z.strictObject({ size: z.int() });
type Spec = ChangeSpec<z.output<typeof manifest.input>, z.output<typeof State>>;

const target = { kind: 'thing', id: 't', arn: 'arn:t', account: '1', region: 'r', environment: 'test', tags: {} };
const change: Change = { input: { size: 2 }, target, before: { size: 1 }, after: { size: 2 } };
const FACTS = { cutPercent: 0, growPercent: 100, peakUsePercentAfter: 50, fleetSize: 1 };

/** The tool as the kernel loads it, with some functions of its own. */
const loaded = (own: Partial<Spec> = {}) =>
  catalogueOf(
    [],
    [
      {
        manifest,
        files,
        load: async () => ({
          tool: changeTool(manifest, State, {
            describe: async () => ({ target, state: { size: 1 } }),
            configuration: async () => ({}),
            predict: ({ size }, before) => {
              if (size === before.size) throw new ToolRefusal('It has that size.');
              return { size };
            },
            facts: async () => FACTS,
            losses: async () => [],
            dryRun: async () => ({
              checks: [],
              cost: { deltaCentsPerMonth: null, says: '' },
              disruption: { level: 'none', says: '' },
            }),
            apply: async () => undefined,
            postCondition: ({ after }, now) => ({ holds: after.size === now.size, detail: '' }),
            inverse: ({ before }) => ({ reversible: true, input: { size: before.size }, says: 'Back.' }),
            ...own,
          }),
        }),
      },
    ],
  ).loadChange('set_size');

const refusal = async (run: Promise<unknown>): Promise<string> => {
  const error: unknown = await run.then(
    () => 'nothing was refused',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ToolRefusal);
  return error instanceof ToolRefusal ? error.message : String(error);
};

test('a tool that keeps its promises works as it would without being a team’s own', async () => {
  const tool = await loaded();
  expect(await tool.facts(change, changing(manifest))).toEqual(FACTS);
  expect(tool.manifest).toBe(manifest);
  expect(tool.postCondition(change, { size: 2 }).holds).toBe(true);
});

test('a read that the manifest does not list never leaves, and is refused with tool, file and what to write', async () => {
  const context = changing(manifest);
  const tool = await loaded({
    facts: async (_, { cloud }) => {
      await cloud.send({ service: 'sqs', command: 'ListQueues', input: {} });
      return FACTS;
    },
  });
  expect(await refusal(tool.facts(change, context))).toBe(
    'The tool set_size (tools/set-size/tool.ts) called sqs:ListQueues, which its manifest does not list, so it was not sent. Expected: a line for it in reads of tools/set-size/manifest.ts (listed: ec2:DescribeTags). Its authors have to mend it.',
  );
  expect(context.cloud.requests).toEqual([]);
});

test('a change that the manifest does not list never leaves', async () => {
  const context = changing(manifest);
  const tool = await loaded({
    apply: async (_, { change: session }) => {
      await session.send({ service: 'ec2', command: 'TerminateInstances', input: {} });
      return undefined;
    },
  });
  expect(await refusal(tool.apply(change, context))).toContain(
    'called ec2:TerminateInstances, which its manifest does not list, so it was not sent. Expected: a line for it in changes of tools/set-size/manifest.ts',
  );
  expect(context.change.requests).toEqual([]);
});

test('a fact that is missing, or is no whole number, is refused with tool, file and fact', async () => {
  const { fleetSize, ...others } = FACTS;
  expect(fleetSize).toBeDefined();
  const tool = await loaded({ facts: async () => ({ ...others, cutPercent: 0.5 }) });
  expect(await refusal(tool.facts(change, changing(manifest)))).toContain(
    'The tool set_size (tools/set-size/tool.ts) returned no value of the facts cutPercent, fleetSize, so no policy can be asked. Expected: a whole number or a boolean for each of the facts of tools/set-size/manifest.ts',
  );
});

test.each<[string, Spec['inverse'], string]>([
  [
    'leads elsewhere',
    () => ({ reversible: true, input: { size: 7 }, says: 'Back.' }),
    'has an inverse that does not bring the old state {"size":1} back: it leads to {"size":7}',
  ],
  [
    'changes nothing',
    ({ after }) => ({ reversible: true, input: { size: after.size }, says: 'Back.' }),
    'has an inverse that does not bring the old state {"size":1} back: predict refuses it (It has that size.)',
  ],
  [
    'does not fit the input',
    () => ({ reversible: true, input: {}, says: 'Back.' }),
    'has an inverse that its own input refuses',
  ],
])('an inverse that %s is refused before the change, and never stops a rollback', async (_, inverse, says) => {
  const tool = await loaded({ inverse });
  expect(await refusal(tool.facts(change, changing(manifest)))).toContain(
    `The tool set_size (tools/set-size/tool.ts) ${says}`,
  );
  expect(tool.inverse(change)).toMatchObject({ reversible: true });
});

test('a change that says that it cannot be undone needs no inverse', async () => {
  const tool = await loaded({ inverse: () => ({ reversible: false, says: 'What is gone is gone.' }) });
  expect(await tool.facts(change, changing(manifest))).toEqual(FACTS);
});

test('code of a team that fails is a refusal that names it, and not an error of Checkrein', async () => {
  const look = {
    kind: 'observe',
    name: 'look',
    description: 'Looks at something, for this test.',
    input: z.strictObject({}),
    reads: [],
  } satisfies ObserveManifest;
  const run = async (): Promise<string> => {
    throw new RangeError('no such row');
  };
  const line = { manifest: look, files: { manifest: 'm.ts', tool: 'tools/look/tool.ts' } };
  const catalogue = catalogueOf([{ ...line, load: async () => ({ tool: observeTool(look, run) }) }], []);
  const tool = await catalogue.loadObserve('look');
  expect(await refusal(tool.run({}, observing(look)))).toBe(
    'The tool look (tools/look/tool.ts) failed in run: RangeError: no such row. Expected: ToolRefusal with a reason for what cannot be done. Its authors have to mend it.',
  );
});

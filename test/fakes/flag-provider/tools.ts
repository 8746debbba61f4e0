import * as z from 'zod';
import { ToolRefusal } from '../../../lambdas/contracts/errors.ts';
import type { Cloud } from '../../../lambdas/contracts/ports.ts';
import type { ChangeManifest, ObserveManifest } from '../../../lambdas/contracts/tool.ts';
import { environmentOf } from '../../../lambdas/tools/environment.ts';
import { changeTool, observeTool } from '../../../lambdas/tools/tool.ts';
import { refOfFlag } from './service.ts';

const named = {
  service: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .describe('Service that the flag belongs to.'),
  name: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .describe('Name of the flag.'),
};
const READS = [{ service: 'flags', command: 'GetFlag' }];

const getManifest = {
  kind: 'observe',
  provider: 'flags',
  name: 'get_flag',
  description: 'Reads a feature flag: whether it is on, and for how many percent of the requests.',
  input: z.strictObject(named),
  reads: READS,
} satisfies ObserveManifest;

const setManifest = {
  kind: 'change',
  provider: 'flags',
  name: 'set_flag',
  description: 'Switches a feature flag on or off, for a percentage of the requests. The percentage is absolute.',
  input: z.strictObject({
    ...named,
    enabled: z.boolean().describe('Whether the flag is on after the change.'),
    percent: z.int().min(0).max(100).describe('Percent of the requests that get the feature.'),
  }),
  reads: READS,
  changes: [{ service: 'flags', command: 'SetFlag' }],
  targetKind: 'feature-flag',
  targetRef: 'flags://*/*',
  capacity: 'none',
  facts: ['downtimeSeconds'],
  repeatable: true,
  stabilizeSeconds: 60,
} satisfies ChangeManifest;

const Flag = z.object({
  enabled: z.boolean(),
  percent: z.int(),
  version: z.int(),
  tags: z.record(z.string(), z.string()),
});
const State = z.strictObject({ enabled: z.boolean(), percent: z.int() });

const read = async (cloud: Cloud, { service, name }: { service: string; name: string }) =>
  Flag.parse(await cloud.send({ service: 'flags', command: 'GetFlag', input: { service, name } }));

const getFlag = observeTool(getManifest, async (input, { cloud }) => {
  const { enabled, percent, version } = await read(cloud, input);
  return `${refOfFlag(input)} is ${enabled ? 'on' : 'off'} for ${percent} % of the requests (version ${version}).`;
});

const setFlag = changeTool(setManifest, State, {
  async describe(input, { cloud }) {
    const { enabled, percent, tags } = await read(cloud, input);
    const { account, region } = cloud;
    const id = `${input.service}/${input.name}`;
    const place = { account, region, environment: environmentOf(tags), tags };
    return {
      target: { kind: 'feature-flag', id, provider: 'flags', ref: refOfFlag(input), ...place },
      state: { enabled, percent },
    };
  },
  configuration: async () => ({}),
  predict({ enabled, percent }, before) {
    if (enabled === before.enabled && percent === before.percent) throw new ToolRefusal('The flag already is so.');
    return { enabled, percent };
  },
  facts: async () => ({ downtimeSeconds: 0 }),
  losses: async () => [],
  async dryRun({ input }, { change }) {
    await change.send({ service: 'flags', command: 'SetFlag', input: { ...input, validateOnly: true } });
    return {
      checks: [{ name: 'SetFlag', outcome: 'passed', detail: 'the flag service would accept it' }],
      cost: { deltaCentsPerMonth: 0, says: 'a flag costs nothing' },
      disruption: { level: 'none', says: 'Requests that are running keep the flag that they began with.' },
    };
  },
  async apply({ input }, { change }) {
    await change.send({ service: 'flags', command: 'SetFlag', input });
    return undefined;
  },
  postCondition({ input, after }, now) {
    const holds = now.enabled === after.enabled && now.percent === after.percent;
    return { holds, detail: `${refOfFlag(input)} is ${now.enabled ? 'on' : 'off'} for ${now.percent} %` };
  },
  inverse({ input: { service, name }, before }) {
    return { reversible: true, input: { service, name, ...before }, says: `Set ${service}/${name} back.` };
  },
});

/** The observe tool of the flag provider, as a line of a catalogue. */
export const GET_FLAG = { manifest: getManifest, load: async () => ({ tool: getFlag }) };
/** The change tool of the flag provider, as a line of a catalogue. */
export const SET_FLAG = { manifest: setManifest, load: async () => ({ tool: setFlag }) };

import * as z from 'zod';
import type { Agent } from '../../contracts/agent.ts';
import { KUBERNETES } from '../../contracts/clusters.ts';
import type { Check } from '../../contracts/checks.ts';
import { JSON_DEPTH, type Json, JsonObject } from '../../contracts/json.ts';
import type { ToolSpec } from '../../contracts/model.ts';
import { providerOf, type ChangeManifest, type Manifest, type ObserveManifest } from '../../contracts/tool.ts';
import type { Catalogue } from '../../tools/installed.ts';
import { CONTROL_TOOLS, isControlTool, type ControlToolName } from './control-tools.ts';
import { clusterHint, clusterRefusal } from './cluster-grant.ts';
import { TOO_DEEP } from '../redaction/clean-json.ts';
import { logGroupRefusal } from './log-groups.ts';
import type { ToolCall } from '../trace/queries.ts';

/** An admitted call with its parsed input, or the check that refuses it with a reason for the model. */
export type Admission =
  | { readonly kind: 'observe'; readonly manifest: ObserveManifest; readonly input: Json }
  | { readonly kind: 'change'; readonly manifest: ChangeManifest; readonly input: JsonObject }
  | { readonly kind: 'control'; readonly name: ControlToolName }
  | { readonly kind: 'refused'; readonly check: Check['check']; readonly reason: string };

const grantedNames = (agent: Agent): readonly string[] => [...agent.tools.observe, ...agent.tools.change];

/** The tools of an agent. A read-only agent has no change tools in here at all. */
const toolsOf = (agent: Agent, { manifests }: Catalogue): Manifest[] =>
  manifests.filter((manifest) => grantedNames(agent).includes(manifest.name));

/** A cache: generating JSON Schemas takes longer than everything else in a turn but the model call. */
const specs = new WeakMap<Catalogue, WeakMap<Agent, readonly ToolSpec[]>>();

/** The catalogue as the model sees it: the agent's tools and the control tools. */
export const toolSpecsOf = (agent: Agent, catalogue: Catalogue): readonly ToolSpec[] => {
  const ofCatalogue = specs.get(catalogue) ?? new WeakMap<Agent, readonly ToolSpec[]>();
  specs.set(catalogue, ofCatalogue);
  const known = ofCatalogue.get(agent) ?? makeSpecs(agent, catalogue);
  ofCatalogue.set(agent, known);
  return known;
};

const makeSpecs = (agent: Agent, catalogue: Catalogue): ToolSpec[] => {
  const control = Object.entries(CONTROL_TOOLS)
    .filter(([name]) => name !== 'confirm_plan' || agent.tools.change.length > 0)
    .map(([name, tool]) => ({ name, ...tool }));
  const tools = toolsOf(agent, catalogue).map((manifest) => ({
    ...manifest,
    description: descriptionFor(agent, manifest),
  }));
  return [...tools, ...control].map(({ name, description, input }) => ({
    name,
    description,
    inputSchema: z.toJSONSchema(input, { io: 'input' }),
  }));
};

/** The model is told which log groups, clusters and namespaces it may use, so that it does not have to guess. */
const descriptionFor = (agent: Agent, manifest: Manifest): string =>
  providerOf(manifest) === KUBERNETES
    ? `${manifest.description} ${clusterHint(agent, manifest)}`
    : descriptionWithLogGroups(agent, manifest);

const descriptionWithLogGroups = ({ logGroups }: Agent, manifest: Manifest): string =>
  manifest.kind === 'observe' && manifest.logGroupField !== undefined
    ? `${manifest.description} Log groups of this agent: ${logGroups.join(', ') || 'none'}.`
    : manifest.description;

const describe = (error: z.ZodError): string =>
  error.issues
    .map((issue) => `${issue.path.length === 0 ? 'input' : issue.path.join('.')}: ${issue.message}`)
    .join('; ');

const refused = (check: Check['check'], reason: string): Admission => ({ kind: 'refused', check, reason });

/** An observation, unless it is of a log group that is not the agent's. */
const admitObservation = (agent: Agent, manifest: ObserveManifest, input: Json): Admission => {
  if (manifest.logGroupField === undefined) return { kind: 'observe', manifest, input };
  const { [manifest.logGroupField]: logGroup } = z.record(z.string(), z.unknown()).parse(input);
  const reason = logGroupRefusal(agent, z.string().parse(logGroup));
  return reason === undefined ? { kind: 'observe', manifest, input } : refused('allowlist', reason);
};

/** Whether a part of the input was left out when the turn was read. No tool takes the rest for the whole. */
const isTooDeep = (input: Json): boolean => {
  if (typeof input !== 'object' || input === null) return input === TOO_DEEP;
  return Object.values(input).some(isTooDeep);
};

/**
 * The first checks of the kernel: is there such a tool, is it granted to this agent, does the input fit its schema, are the
 * log group, or the cluster and the namespace, that it names among the agent's? Decide asks, and Observe and Authorize ask
 * again, because the state machine is not trusted to have asked.
 */
export const admit = (agent: Agent, call: ToolCall, catalogue: Catalogue): Admission => {
  if (isTooDeep(call.input)) return refused('schema', `The input is more than ${JSON_DEPTH} levels deep.`);
  if (isControlTool(call.name)) {
    if (call.name === 'confirm_plan' && agent.tools.change.length === 0)
      return refused('allowlist', 'This agent is read-only: it has no plans to confirm.');
    const parsed = CONTROL_TOOLS[call.name].input.safeParse(call.input);
    return parsed.success
      ? { kind: 'control', name: call.name }
      : refused('schema', `${call.name}: ${describe(parsed.error)}`);
  }
  const manifest = toolsOf(agent, catalogue).find((one) => one.name === call.name);
  if (manifest === undefined) {
    const exists = catalogue.manifests.some(({ name }) => name === call.name);
    const known = toolSpecsOf(agent, catalogue)
      .map((tool) => tool.name)
      .join(', ');
    return refused(
      'allowlist',
      exists
        ? `${call.name} is not granted to this agent. Granted: ${known}.`
        : `There is no tool ${JSON.stringify(call.name.slice(0, 80))}. Tools: ${known}.`,
    );
  }
  const parsed = manifest.input.safeParse(call.input);
  if (!parsed.success) return refused('schema', `${call.name}: ${describe(parsed.error)}`);
  const notGranted = clusterRefusal(agent, manifest, call.input);
  if (notGranted !== undefined) return refused('allowlist', notGranted);
  if (manifest.kind === 'observe') return admitObservation(agent, manifest, call.input);
  const input = JsonObject.safeParse(parsed.data);
  return input.success
    ? { kind: 'change', manifest, input: input.data }
    : refused('schema', `${call.name}: ${describe(input.error)}`);
};

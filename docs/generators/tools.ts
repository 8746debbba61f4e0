import * as z from 'zod';
import { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { actionOf, isAwsCall, type ChangeManifest, type Manifest } from '../../lambdas/contracts/tool.ts';
import { CATALOGUE } from '../../lambdas/tools/catalogue.ts';
import { code, codes, markdownPage, table } from './markdown.ts';

const InputSchema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ description: z.string().default('') })).default({}),
  required: z.array(z.string()).default([]),
});

const fieldsOf = ({ input }: Manifest): string => {
  const { properties, required } = InputSchema.parse(z.toJSONSchema(input, { io: 'input' }));
  const rows = Object.entries(properties).map(([name, { description, ...type }]) => [
    code(name),
    required.includes(name) ? 'yes' : 'no',
    constraintsOf(JsonObject.parse(type)),
    description,
  ]);
  return table(['field', 'required', 'must be', 'meaning'], rows);
};

const constraintsOf = (schema: JsonObject): string =>
  Object.entries(schema)
    .filter(([name]) => name !== 'propertyNames')
    .map(([name, value]) =>
      name === 'type' && typeof value === 'string' ? value : `${name} ${code(JSON.stringify(value))}`,
    )
    .join(', ');

const changeRows = (tool: ChangeManifest): string[][] => [
  ['changes', codes(tool.changes.map(actionOf))],
  ['made by AWS on its behalf', codes(tool.changes.flatMap((call) => (isAwsCall(call) ? (call.onBehalf ?? []) : [])))],
  ['target', `${code(tool.targetKind)}, ${code('targetArn' in tool ? tool.targetArn : tool.targetRef)}`],
  ['takes capacity away', tool.capacity === 'none' ? 'no, as its manifest declares' : 'possibly; facts say how much'],
  ['facts', codes(tool.facts)],
  ['repeatable', tool.repeatable ? 'yes' : 'no: an attempt without an answer is never repeated'],
  ['first health check', `${tool.stabilizeSeconds} s after the change`],
];

const sectionOf = (tool: Manifest, rules: Rules): string => {
  const agents = rules.agents.filter(({ tools }) => [...tools.observe, ...tools.change].includes(tool.name));
  const rows = [
    ['kind', tool.kind],
    ['granted to', codes(agents.map(({ name }) => name))],
    ['reads', codes(tool.reads.map(actionOf))],
    ...(tool.kind === 'change' ? changeRows(tool) : []),
  ];
  return [`## ${tool.name}`, tool.description, table(['', ''], rows), fieldsOf(tool)].join('\n\n');
};

/** Every tool of the catalogue: its purpose, input and AWS calls. */
export const toolsPage = (rules: Rules): string =>
  markdownPage('Tools', 'lambdas/tools/*/manifest.ts and config/agents/', [
    'The functions that the model may call. How to add one: [adding a tool](../adding-a-tool.md).',
    ...CATALOGUE.manifests.map((manifest) => sectionOf(manifest, rules)),
  ]);

import * as z from 'zod';
import type { Manifest } from '../../../contracts/tool.ts';

const Field = z.looseObject({ description: z.string().default(''), default: z.unknown().optional() });
const Schema = z.looseObject({
  type: z.string().default('?'),
  additionalProperties: z.unknown().optional(),
  properties: z.record(z.string(), Field).default({}),
  required: z.array(z.string()).default([]),
});
type Schema = z.infer<typeof Schema>;

/** What about the input of a tool the model could get wrong, or could leave open. */
export const inputProblems = (manifest: Manifest): string[] => {
  const schema = inputSchema(manifest);
  if (typeof schema === 'string') return [`input: ${schema}`];
  if (schema.type !== 'object' || schema.additionalProperties !== false)
    return ['input: it takes unknown fields, or is no object; expected a z.strictObject'];
  return Object.entries(schema.properties).flatMap(([name, field]) => [
    ...(field.description.trim().length >= 10
      ? []
      : [`input.${name}: it is not described to the model; expected .describe() with what it is and its unit`]),
    ...(manifest.kind === 'change' && 'default' in field
      ? [`input.${name}: it has a default; expected none, because all of a change's input is part of the plan digest`]
      : []),
  ]);
};

/** The fields that the model must give. */
export const requiredFields = (manifest: Manifest): readonly string[] => {
  const schema = inputSchema(manifest);
  return typeof schema === 'string' ? [] : schema.required;
};

/** The schema as the model gets it, or why there is none. */
const inputSchema = ({ input }: Manifest): Schema | string => {
  try {
    return Schema.parse(z.toJSONSchema(input, { io: 'input' }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `the model cannot be told of it: ${why} Expected types that JSON Schema has`;
  }
};

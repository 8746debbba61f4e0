import * as z from 'zod';
import type { Manifest } from '../../../contracts/tool.ts';

/** Characters that a description has at least. */
const SHORTEST = 10;
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
    ...descriptionProblems(name, field.description.trim()),
    ...(manifest.kind === 'change' && 'default' in field
      ? [`input.${name}: it has a default; expected none, because all of a change's input is part of the plan digest`]
      : []),
  ]);
};

const descriptionProblems = (name: string, description: string): string[] => {
  if (description.length >= SHORTEST) return [];
  const expected = '.describe() with what it is and its unit';
  return description === ''
    ? [`input.${name}: it is not described to the model; expected ${expected}`]
    : [
        `input.${name}: its description has ${description.length} characters; expected ${SHORTEST} or more: ${expected}`,
      ];
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

import * as z from 'zod';
import { World } from './world.ts';

/** The JSON Schema of a world file, for editors. It is written to `local/schemas/world.schema.json`. */
export const worldJsonSchema = (): object => ({
  ...z.toJSONSchema(World, { io: 'input' }),
  title: 'Checkrein world file',
});

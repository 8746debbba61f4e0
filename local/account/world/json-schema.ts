import * as z from 'zod';
import { World } from './world.ts';

/** The JSON Schema of a world file, for editors. `local/schemas/world.schema.json` is this, written down. */
export const worldJsonSchema = (): object => ({
  ...z.toJSONSchema(World, { io: 'input' }),
  title: 'Checkrein world file',
});

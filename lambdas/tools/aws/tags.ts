import * as z from 'zod';

/** Tags as EC2 and Auto Scaling return them (`[{ Key, Value }]`), parsed into a record. */
export const Tags = z
  .array(z.object({ Key: z.string(), Value: z.string().default('') }))
  .default([])
  .transform((tags) => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])));
